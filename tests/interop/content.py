"""Frozen reviews as they are stored, each differing from a plain one where the test says so."""

from typing import Any, cast

from claims.interop.publication import FrozenAppearance, FrozenClaimant, FrozenEvidence, FrozenReview


def make_claimant(name: str = "Ana Duarte", **fields: Any) -> FrozenClaimant:
    plain = {"id": "0190", "name": name, "kind": "person", "same_as": [], "role": ""}
    return cast(FrozenClaimant, plain | fields)


def make_appearance(**fields: Any) -> FrozenAppearance:
    plain = {
        "kind": "article",
        "url": "https://news.example.org/speech",
        "headline": "Minister speaks",
        "publisher": "The Gazette",
        "date_published": "2024-03-02",
        "is_first": False,
        "speech": "direct",
        "segments": [[{"type": "TextQuoteSelector", "exact": "It fell.", "prefix": "", "suffix": ""}]],
        "basis": "primary",
        "reported_by": [],
    }
    return cast(FrozenAppearance, plain | fields)


def make_evidence(**fields: Any) -> FrozenEvidence:
    plain = {
        "kind": "primary",
        "url": "https://statistics.example.org/labour",
        "title": "Labour force survey",
        "publisher": "Statistics Office",
        "stance": "refutes",
        "excerpt": "6.1 per cent",
    }
    return cast(FrozenEvidence, plain | fields)


def make_content(**fields: Any) -> FrozenReview:
    plain = {
        "version": 1,
        "statement": "Unemployment has fallen to 4 per cent.",
        "context": "",
        "kind": "fact",
        "date_said": "2024-03-01",
        "on_behalf_of": "",
        "in_language": "en",
        "claimants": [make_claimant()],
        "has_author": True,
        "rating": {"code": "false", "value": 1, "best": 5, "worst": 1, "label": "False", "colour": "#cf222e"},
        "headline": "Unemployment has not fallen",
        "summary": "The office counts 6 per cent.",
        "body": "",
        "evidence": [make_evidence()],
        "appearances": [make_appearance()],
    }
    return cast(FrozenReview, plain | fields)
