"""One way in for texts, however often and from wherever they come."""

from __future__ import annotations

from dataclasses import dataclass, field
from hashlib import sha256
from typing import Any

from django.db import transaction

from claims.access import Actor
from claims.errors import InvalidInputError
from claims.models import Article, ArticleVersion, Publisher
from claims.text.anchors import Span
from claims.text.extract import Extracted, ExtractionError, html_to_text
from claims.text.normalise import Normalised, name_key
from claims.text.urls import canonical_url
from claims.text.uuid7 import uuid7
from claims.vocab import EventType, ExtractionMethod
from claims.workflow.events import SUBJECT_FIELDS, Change, changed, event_on
from claims.workflow.inputs import ArticleInput, PublisherInput
from claims.workflow.recording import (
    Recorded,
    find_spans,
    lock_texts,
    may_record,
    record_in_version,
    suggest_appearances,
)


@dataclass
class RecordedArticle:
    """What became of a given article; `is_existing`: the same text stood there already."""

    article: Article
    version: ArticleVersion
    is_existing: bool
    claims: list[Recorded] = field(default_factory=list)


@dataclass(frozen=True, slots=True)
class _Incoming:
    """A given article, read and validated: nothing is written before it is complete."""

    given: ArticleInput
    source: Normalised
    extraction: ExtractionMethod
    found: Extracted | None
    text_sha256: str
    canonical_url: str
    spans: list[tuple[Span, ...]]


def record_article(*, actor: Actor, given: ArticleInput) -> RecordedArticle:
    """Records a text and the claims given with it.

    The same address and text, or the same text where either side has no address and no other publisher is named, is
    the first article again; the same address with another text is its next version; the same text elsewhere a copy.
    Raises InvalidInputError for a page without text and each span that is not in the text; nothing is written then.
    """
    may_record(actor)
    incoming = _read(given)
    with transaction.atomic():
        return _record(actor, incoming)


def _read(given: ArticleInput) -> _Incoming:
    found = None
    if given.html is not None:
        try:
            found = html_to_text(given.html)
        except ExtractionError as error:
            raise InvalidInputError.at("/html", str(error), code="no_text") from error
    source = Normalised.of(found.text if found else given.text or "")
    return _Incoming(
        given=given,
        source=source,
        extraction=ExtractionMethod.HTML if found else ExtractionMethod.AS_SENT,
        found=found,
        text_sha256=sha256(source.text.encode()).hexdigest(),
        canonical_url=canonical_url(given.url) if given.url else "",
        spans=find_spans(source, given.claims, pointers=[f"/claims/{index}" for index in range(len(given.claims))]),
    )


def _record(actor: Actor, incoming: _Incoming) -> RecordedArticle:
    lock_texts(actor.newsroom_id, incoming.text_sha256, incoming.canonical_url)
    publisher = _publisher(actor, incoming.given.publisher)
    at_address = _at_address(actor, incoming)
    if at_address is not None:
        return _again_or_next_version(actor, incoming, at_address, publisher)
    twins = _same_text(actor, incoming)
    twin = next((version for version in twins if _is_same_article(version.article, incoming, publisher)), None)
    if twin is not None:
        return _again(actor, incoming, twin, publisher)
    return _new(actor, incoming, publisher, original=twins[0] if twins else None)


def _at_address(actor: Actor, incoming: _Incoming) -> Article | None:
    if not incoming.canonical_url:
        return None
    return (
        Article.objects.select_for_update(no_key=True, of=("self",))
        .select_related("publisher")
        .filter(newsroom_id=actor.newsroom_id, canonical_url=incoming.canonical_url)
        .first()
    )


def _same_text(actor: Actor, incoming: _Incoming) -> list[ArticleVersion]:
    """Versions with exactly this text, the earliest first."""
    return list(
        ArticleVersion.objects.filter(newsroom_id=actor.newsroom_id, text_sha256=incoming.text_sha256)
        .select_related("article__publisher")
        .order_by("article__copy_of_id", "captured_at", "id")
    )


def _is_same_article(article: Article, incoming: _Incoming, publisher: Publisher | None) -> bool:
    has_two_addresses = article.canonical_url and incoming.canonical_url
    has_two_publishers = article.publisher_id and publisher and article.publisher_id != publisher.pk
    return not has_two_addresses and not has_two_publishers


def _again_or_next_version(
    actor: Actor, incoming: _Incoming, article: Article, publisher: Publisher | None
) -> RecordedArticle:
    newest = article.versions.order_by("-number").first()
    assert newest is not None  # noqa: S101 - every article is made with its first version
    newest.article = article
    if newest.text_sha256 == incoming.text_sha256:
        return _again(actor, incoming, newest, publisher)
    version = _version(article, incoming, number=newest.number + 1)
    changes = {
        "version": changed(newest.number, version.number),
        "text_sha256": changed(newest.text_sha256, version.text_sha256),
    }
    _note(actor, article, EventType.ARTICLE_VERSION_ADDED, changes)
    _fill_blanks(article, incoming, publisher)
    return RecordedArticle(article, version, is_existing=False, claims=_claims(actor, incoming, version))


def _again(actor: Actor, incoming: _Incoming, version: ArticleVersion, publisher: Publisher | None) -> RecordedArticle:
    article = Article.objects.select_for_update(no_key=True).get(pk=version.article_id)
    version.article = article
    _fill_blanks(article, incoming, publisher)
    return RecordedArticle(article, version, is_existing=True, claims=_claims(actor, incoming, version))


def _new(
    actor: Actor, incoming: _Incoming, publisher: Publisher | None, *, original: ArticleVersion | None
) -> RecordedArticle:
    article = Article(
        id=uuid7(),
        newsroom_id=actor.newsroom_id,
        kind=incoming.given.kind,
        copy_of_id=(original.article.copy_of_id or original.article_id) if original else None,
        recorded_by=actor.user,
        **_metadata(incoming, publisher),
    )
    event = event_on(
        article,
        type=EventType.ARTICLE_RECORDED,
        actor=actor.user,
        changes={
            "headline": changed(None, article.headline),
            "url": changed(None, article.url),
            "copy_of": changed(None, str(article.copy_of_id) if article.copy_of_id else None),
        },
    )
    article.save(force_insert=True)
    event.save(force_insert=True)
    version = _version(article, incoming, number=1)
    if original is not None:
        suggest_appearances(version=version, original=original)
    claims = _claims(actor, incoming, version, is_new=original is None)
    return RecordedArticle(article, version, is_existing=False, claims=claims)


def _claims(actor: Actor, incoming: _Incoming, version: ArticleVersion, *, is_new: bool = False) -> list[Recorded]:
    if not incoming.given.claims:
        return []
    return record_in_version(
        actor=actor, version=version, given=incoming.given.claims, spans=incoming.spans, is_new=is_new
    )


def _version(article: Article, incoming: _Incoming, *, number: int) -> ArticleVersion:
    return ArticleVersion.objects.create(
        newsroom_id=article.newsroom_id,
        article=article,
        number=number,
        text=incoming.source.text,
        text_sha256=incoming.text_sha256,
        extraction=incoming.extraction,
    )


def _metadata(incoming: _Incoming, publisher: Publisher | None) -> dict[str, Any]:
    """What the caller said, else what the page says of itself."""
    given, found = incoming.given, incoming.found
    return {
        "url": given.url,
        "canonical_url": incoming.canonical_url,
        "publisher": publisher,
        "headline": given.headline or (found.title[:500] if found else ""),
        "author": given.author or (found.author[:300] if found else ""),
        "date_published": given.date_published or (found.date if found else ""),
        "in_language": given.in_language or (found.language if found else ""),
    }


def _fill_blanks(article: Article, incoming: _Incoming, publisher: Publisher | None) -> None:
    """Metadata given again fills what was empty, and overwrites nothing."""
    filled = [name for name, value in _metadata(incoming, publisher).items() if value and not getattr(article, name)]
    for name in filled:
        setattr(article, name, _metadata(incoming, publisher)[name])
    if filled:
        article.save(update_fields=filled)


def _note(actor: Actor, article: Article, type: EventType, changes: dict[str, Change]) -> None:
    event_on(article, type=type, actor=actor.user, changes=changes).save(force_insert=True)
    article.save(update_fields=SUBJECT_FIELDS)


def _publisher(actor: Actor, given: PublisherInput | None) -> Publisher | None:
    if given is None:
        return None
    publisher, _ = Publisher.objects.get_or_create(
        newsroom_id=actor.newsroom_id,
        name_key=name_key(given.name),
        defaults={"name": " ".join(given.name.split()), "site": given.site},
    )
    if given.site and not publisher.site:
        publisher.site = given.site
        publisher.save(update_fields=["site"])
    return publisher
