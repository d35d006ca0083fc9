"""Newsrooms, their members, and the scales that they start with."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta

from django.db import transaction
from django.db.models import F
from django.db.models.functions import Least

from claims.access import Actor
from claims.errors import InvalidInputError, NotPermittedError
from claims.models import Membership, Newsroom, Rating, RatingScale, Submission, Topic, User
from claims.text.uuid7 import uuid7
from claims.vocab import EventType, Right, Role
from claims.workflow.default_scales import DEFAULT_SCALES
from claims.workflow.events import changed, record_newsroom_event


@transaction.atomic
def create(*, slug: str, name: str, in_language: str = "en") -> Newsroom:
    """A newsroom with the default rating scales."""
    newsroom = Newsroom.objects.create(slug=slug, name=name, in_language=in_language)
    for scale in DEFAULT_SCALES:
        row = RatingScale.objects.create(
            newsroom=newsroom, kind=scale.kind, version=1, best=scale.best, worst=scale.worst
        )
        Rating.objects.bulk_create(
            Rating(
                id=uuid7(),
                newsroom=newsroom,
                scale=row,
                position=position,
                code=step.code,
                value=step.value,
                labels={"en": step.en, "fr": step.fr},
                colour=step.colour,
            )
            for position, step in enumerate(scale.steps)
        )
    record_newsroom_event(
        newsroom_id=newsroom.pk, type=EventType.NEWSROOM_CREATED, actor=None, changes={"name": changed(None, name)}
    )
    return newsroom


@transaction.atomic
def add_roles(*, newsroom: Newsroom, user: User, roles: Iterable[Role], actor: User | None = None) -> Membership:
    """Makes somebody a member, or adds to the roles that they have."""
    membership, _ = Membership.objects.select_for_update().get_or_create(
        newsroom=newsroom, user=user, defaults={"roles": sorted(set(roles))}
    )
    before = membership.roles
    membership.roles = sorted({*membership.roles, *roles})
    membership.save(update_fields=["roles"])
    changes = {"member": changed(None, user.get_username()), "roles": changed(before, membership.roles)}
    record_newsroom_event(newsroom_id=newsroom.pk, type=EventType.MEMBER_CHANGED, actor=actor, changes=changes)
    return membership


@transaction.atomic
def set_policy(*, actor: Actor, contact_days: int) -> Newsroom:
    """How long contacts of senders are kept. What was promised to a sender is shortened by it and never drawn out."""
    if not actor.may(Right.ADMIN):
        raise NotPermittedError("Only an administrator changes the policy of the newsroom.")
    newsroom = Newsroom.objects.select_for_update(no_key=True).get(pk=actor.newsroom_id)
    before, newsroom.contact_days = newsroom.contact_days, contact_days
    if before == contact_days:
        return newsroom
    newsroom.save(update_fields=["contact_days"])
    Submission.objects.filter(newsroom=newsroom, erase_contact_at__isnull=False).update(
        erase_contact_at=Least("erase_contact_at", F("received_at") + timedelta(days=contact_days))
    )
    changes = {"contact_days": changed(before, contact_days)}
    record_newsroom_event(newsroom_id=newsroom.pk, type=EventType.POLICY_CHANGED, actor=actor.user, changes=changes)
    newsroom.refresh_from_db()
    return newsroom


@transaction.atomic
def add_topic(*, actor: Actor, slug: str, name: str) -> Topic:
    if not (actor.may(Right.EDIT) or actor.may(Right.ADMIN)):
        raise NotPermittedError("Only an editor or an administrator adds topics.")
    topic, is_new = Topic.objects.get_or_create(newsroom_id=actor.newsroom_id, slug=slug, defaults={"name": name})
    if not is_new:
        raise InvalidInputError.at("/slug", "There is a topic of this short name already.", code="exists")
    return topic
