"""Imports every module that registers an admin, once the models are there."""

from claims.admin import (
    accounts,
    articles,
    assignments,
    claimants,
    claims,
    events,
    links,
    ratings,
    reviews,
    sources,
    tips,
    verdicts,
)

__all__ = [
    "accounts",
    "articles",
    "assignments",
    "claimants",
    "claims",
    "events",
    "links",
    "ratings",
    "reviews",
    "sources",
    "tips",
    "verdicts",
]
