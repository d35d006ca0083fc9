"""The topics that a newsroom sorts its claims by."""

from __future__ import annotations

from django.http import HttpResponse
from drf_spectacular.utils import extend_schema
from rest_framework.request import Request

from claims.api import shapes
from claims.api.base import ContractView, ListParameters
from claims.api.pagination import Key, order_of
from claims.api.schema import page_of, shape
from claims.intake.bodies import TopicBody
from claims.models import Topic
from claims.workflow import newsrooms


def topic_shape(topic: Topic) -> shapes.TopicShape:
    return {"slug": topic.slug, "name": topic.name}


class TopicsView(ContractView):
    @extend_schema(operation_id="topics_list", parameters=[ListParameters], responses={200: page_of(shapes.TopicShape)})
    def get(self, request: Request) -> HttpResponse:
        """The newsroom's topics by their short name."""
        asked = self.asked(ListParameters)
        found = self.page(
            Topic.objects.filter(newsroom_id=self.actor.newsroom_id), order=order_of(Key("slug")), asked=asked
        )
        return self.answer(found.shown(topic_shape))

    @extend_schema(operation_id="topics_add", request=TopicBody, responses={201: shape(shapes.TopicShape)})
    def post(self, request: Request) -> HttpResponse:
        """Adds a topic; for editors and administrators."""
        self.asked()
        given = self.body(TopicBody)
        topic = newsrooms.add_topic(actor=self.actor, slug=given["slug"], name=given["name"])
        return self.answer(topic_shape(topic), status=201)
