"""The benchmark's four requests as they are written in DRF alone: bulk inserts, prefetches, one transaction."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import timedelta
from hashlib import sha256
from typing import Any
from uuid import UUID

from django.db import transaction
from django.db.models import Prefetch, QuerySet
from django.shortcuts import get_object_or_404
from django.utils import timezone
from rest_framework.pagination import CursorPagination
from rest_framework.request import Request
from rest_framework.response import Response
from rest_framework.views import APIView

from benchmarks.floor.models import (
    Appearance,
    Article,
    ArticleVersion,
    Assignment,
    Attribution,
    Claim,
    Claimant,
    ClaimClaimant,
    Evidence,
    Publisher,
    Review,
    Segment,
    Source,
    Verdict,
)
from benchmarks.floor.serializers import ArticleGiven, ArticleShown, ClaimRow, ClaimShown, VerdictGiven

REVIEWER = "reviewer"


def live() -> Prefetch[Any]:
    return Prefetch("assignments", Assignment.objects.filter(state="live"), to_attr="live")


def in_full() -> QuerySet[Claim]:
    return Claim.objects.select_related("verdict__rating", "review").prefetch_related(
        Prefetch("claim_claimants", ClaimClaimant.objects.select_related("claimant")),
        live(),
        "topics",
        "verdict__approvals",
        Prefetch("appearances", Appearance.objects.select_related("version").defer("version__text")),
        "appearances__segments",
        Prefetch("appearances__attributions", Attribution.objects.select_related("claimant")),
    )


class ArticlesView(APIView):
    def post(self, request: Request) -> Response:
        given = ArticleGiven(data=request.data)
        given.is_valid(raise_exception=True)
        article, version, claims = self.record(given.validated_data)
        rows = {row.pk: row for row in in_full().filter(pk__in=[claim.pk for claim in claims])}
        context = {"version": version, "claims": [rows[claim.pk] for claim in claims]}
        return Response(ArticleShown(article, context=context).data, status=201)

    @transaction.atomic
    def record(self, given: dict[str, Any]) -> tuple[Article, ArticleVersion, list[Claim]]:
        publisher, _ = Publisher.objects.get_or_create(name=given["publisher"]["name"])
        article = Article.objects.create(
            url=given["url"],
            canonical_url=given["url"],
            publisher=publisher,
            headline=given["headline"],
            date_published=given["date_published"],
            in_language=given["in_language"],
        )
        version = ArticleVersion.objects.create(
            article=article, text=given["text"], text_sha256=sha256(given["text"].encode()).hexdigest()
        )
        return article, version, self.record_claims(version, given)

    def record_claims(self, version: ArticleVersion, article: dict[str, Any]) -> list[Claim]:
        text, given = article["text"], article["claims"]
        claimants = self.claimants([person for claim in given for person in _people(claim)])
        claims = [
            Claim(
                statement=claim["statement"],
                kind=claim["kind"],
                claimant_match="exact",
                in_language=article["in_language"],
            )
            for claim in given
        ]
        appearances = [
            Appearance(claim=row, version=version, speech=claim["speech"], cue=claim["cue"])
            for row, claim in zip(claims, given, strict=True)
        ]
        together = list(zip(claims, appearances, given, strict=True))
        Claim.objects.bulk_create(claims)
        ClaimClaimant.objects.bulk_create(
            ClaimClaimant(claim=row, claimant=claimants[claim["claimant"]["name"]]) for row, _, claim in together
        )
        Appearance.objects.bulk_create(appearances)
        Segment.objects.bulk_create(_segment(place, claim, text) for _, place, claim in together)
        Attribution.objects.bulk_create(
            link for _, place, claim in together for link in _chain(place, claim, claimants)
        )
        return claims

    def claimants(self, given: list[dict[str, Any]]) -> dict[str, Claimant]:
        wanted = {person["name"]: person for person in given}
        found = {claimant.name: claimant for claimant in Claimant.objects.filter(name__in=wanted)}
        new = [
            Claimant(name=name, kind=person["kind"], role=person.get("role", ""))
            for name, person in wanted.items()
            if name not in found
        ]
        Claimant.objects.bulk_create(new)
        return found | {claimant.name: claimant for claimant in new}


def _people(claim: dict[str, Any]) -> list[dict[str, Any]]:
    return [claim["claimant"], *claim.get("reported_by", [])]


def _segment(place: Appearance, claim: dict[str, Any], text: str) -> Segment:
    start, end = claim["start"], claim["end"]
    return Segment(
        appearance=place,
        start=start,
        end=end,
        exact=claim["exact"],
        prefix=text[max(0, start - 32) : start],
        suffix=text[end : end + 32],
    )


def _chain(place: Appearance, claim: dict[str, Any], claimants: dict[str, Claimant]) -> Iterable[Attribution]:
    maker = claimants[claim["claimant"]["name"]]
    reporters = claim.get("reported_by", [])
    basis = "reported" if reporters else "primary"
    yield Attribution(
        appearance=place, claimant=maker, relation="paraphrased", basis=basis, as_named=claim["claimant_as_named"]
    )
    for position, person in enumerate(reporters, start=1):
        yield Attribution(
            appearance=place,
            position=position,
            claimant=claimants[person["name"]],
            relation="reported",
            basis="primary",
        )


class QueueNextView(APIView):
    def post(self, request: Request) -> Response:
        claim_id = self.take()
        if claim_id is None:
            return Response({"claim": None, "why": []})
        return Response({"claim": ClaimShown(in_full().get(pk=claim_id)).data, "why": []})

    @transaction.atomic
    def take(self) -> UUID | None:
        queued = Claim.objects.select_for_update(skip_locked=True).filter(status="queued").order_by("-rank", "id")
        claim = queued.first()
        if claim is None:
            return None
        claim.status, claim.revision, claim.updated_at = "in_review", claim.revision + 1, timezone.now()
        claim.save(update_fields=["status", "revision", "updated_at"])
        Assignment.objects.create(claim=claim, reviewer=REVIEWER, held_until=timezone.now() + timedelta(hours=2))
        return claim.pk


class ProposeView(APIView):
    def post(self, request: Request, claim_id: UUID) -> Response:
        given = VerdictGiven(data=request.data)
        given.is_valid(raise_exception=True)
        self.propose(claim_id, given.validated_data)
        return Response(ClaimShown(in_full().get(pk=claim_id)).data)

    @transaction.atomic
    def propose(self, claim_id: UUID, given: dict[str, Any]) -> None:
        claim = get_object_or_404(Claim.objects.select_for_update(), pk=claim_id)
        Evidence.objects.bulk_create(self.evidence(claim, item) for item in given["evidence"])
        Review.objects.update_or_create(claim=claim, defaults=given["review"])
        claim.verdict = Verdict.objects.create(
            claim=claim, rating=given["rating"], explanation=given["explanation"], author=REVIEWER
        )
        Assignment.objects.filter(claim=claim, state="live").update(state="done", ended_at=timezone.now())
        claim.status, claim.revision, claim.updated_at = "in_approval", claim.revision + 1, timezone.now()
        claim.save(update_fields=["status", "revision", "updated_at", "verdict"])

    def evidence(self, claim: Claim, given: dict[str, Any]) -> Evidence:
        source, _ = Source.objects.get_or_create(url=given["source"]["url"], defaults=given["source"])
        texts = {name: given[name] for name in ("stance", "excerpt", "note")}
        return Evidence(claim=claim, source=source, added_by=REVIEWER, **texts)


class ByRank(CursorPagination):
    ordering = ("-rank", "id")
    page_size_query_param = "limit"
    max_page_size = 200


class ClaimsView(APIView):
    def get(self, request: Request) -> Response:
        asked = request.query_params
        rows = Claim.objects.filter(status__in=asked.getlist("status"), kind__in=asked.getlist("kind"))
        rows = rows.select_related("verdict__rating", "review").prefetch_related(
            Prefetch("claim_claimants", ClaimClaimant.objects.select_related("claimant")),
            live(),
            Prefetch("appearances", Appearance.objects.select_related("version__article").defer("version__text")),
        )
        paginator = ByRank()
        page = paginator.paginate_queryset(rows, request, view=self)
        return paginator.get_paginated_response(ClaimRow(page, many=True).data)
