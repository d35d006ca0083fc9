"""Made-up news in any quantity: articles of the length that newspapers print, with the claims that stand in them."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from random import Random
from typing import Any

CLAIMS_PER_ARTICLE = 15
PUBLISHERS = [f"The {place} {name}" for place in ("Northern", "Harbour", "Valley") for name in ("Post", "Herald")]
CUES = ["said", "told reporters", "claimed", "insisted", "announced"]
ROLES = ["Minister of Transport", "Mayor", "spokeswoman of the union", "head of the hospital", "member of parliament"]
FIRST = ["Amara", "Boris", "Chantal", "Dmitri", "Elif", "Farid", "Grete", "Hassan", "Ines", "Jonas"]
LAST = ["Adeyemi", "Brandt", "Castillo", "Dubois", "Eriksen", "Fontana", "Gruber", "Haddad", "Ito", "Jansen"]
WHAT = ["the number of night buses", "the price of bread", "the city's debt", "unemployment", "the harvest of maize"]
DID = ["has fallen by", "rose by", "will be cut by", "exceeded the forecast by", "was understated by"]
SINCE = ["since the last election", "within one year", "under the previous government", "according to the audit"]
FILLER = (
    "The council met behind closed doors until late in the evening, and the agenda was published only afterwards. "
    "Residents who had come to speak were asked to wait outside, as the chamber could not hold all of them. "
)


@dataclass(frozen=True, slots=True)
class Statement:
    """A claim as it stands in a text, with who made it and, sometimes, who reported it."""

    sentence: str
    start: int
    end: int
    exact: str
    prefix: str
    suffix: str
    claimant: str
    kind: str
    cue: str
    reported_by: str | None


@dataclass(frozen=True, slots=True)
class Story:
    number: int
    headline: str
    url: str
    publisher: str
    text: str
    statements: list[Statement]


def name_of(number: int) -> str:
    """The first hundred names are the ones that come back from article to article."""
    name = f"{FIRST[number % 10]} {LAST[number // 10 % 10]}"
    return name if number < 100 else f"{name} {number // 100}"


def stories(*, first: int, count: int) -> Iterator[Story]:
    for number in range(first, first + count):
        yield story(number)


def story(number: int) -> Story:
    """The story of this number: always the same, and like no other."""
    random = Random(number)  # noqa: S311 - it makes up news
    people = [*random.sample(range(100), 4), 100 + number]  # four who are known and one who is new
    parts: list[str] = [f"Report number {number}. "]
    places: list[tuple[str, int, int, str, str]] = []
    for index in range(CLAIMS_PER_ARTICLE):
        who, cue = name_of(people[index % 5]), random.choice(CUES)
        fact = f"{random.choice(WHAT)} {random.choice(DID)} {random.randrange(1, 90)} per cent {random.choice(SINCE)}"
        opening = f"{who} {cue} that "
        start = sum(map(len, parts)) + len(opening)
        parts.append(f"{opening}{fact}. {FILLER}")
        places.append((fact, start, start + len(fact), who, cue))
    text = "".join(parts)
    statements = [
        Statement(
            sentence=f"{fact[0].upper()}{fact[1:]} (report {number}, {index}).",
            start=start,
            end=end,
            exact=text[start:end],
            prefix=text[max(0, start - 32) : start],
            suffix=text[end : end + 32],
            claimant=who,
            kind="quotation" if index % 5 == 4 else "fact",
            cue=cue,
            reported_by=name_of(people[(index + 1) % 4]) if index % 5 == 3 else None,
        )
        for index, (fact, start, end, who, cue) in enumerate(places)
    ]
    headline = f"What the council was told, part {number}"
    url = f"https://news{number % 7}.example.org/stories/{number}"
    return Story(number, headline, url, PUBLISHERS[number % len(PUBLISHERS)], text, statements)


def article_body(number: int) -> dict[str, Any]:
    """The body of `POST articles/` with fifteen claims."""
    found = story(number)
    return {
        "text": found.text,
        "headline": found.headline,
        "url": found.url,
        "publisher": {"name": found.publisher},
        "date_published": "2026-03-02",
        "in_language": "en",
        "claims": [_claim_body(statement, index) for index, statement in enumerate(found.statements)],
    }


def _claim_body(statement: Statement, index: int) -> dict[str, Any]:
    body: dict[str, Any] = {
        "statement": statement.sentence,
        "kind": statement.kind,
        "start": statement.start,
        "end": statement.end,
        "exact": statement.exact,
        "speech": "indirect",
        "claimant": {"name": statement.claimant, "kind": "person", "role": ROLES[index % len(ROLES)]},
        "claimant_as_named": statement.claimant.split()[1],
        "cue": statement.cue,
    }
    if statement.reported_by:
        body["reported_by"] = [{"name": statement.reported_by, "kind": "person"}]
    return body


def verdict_body(number: int, *, kind: str) -> dict[str, Any]:
    """The body of `POST claims/ID/propose/` with three items of evidence, two of them of sources met before."""
    reasons = "The audit office counted otherwise, and its tables are public. " * 6
    return {
        "rating": "false" if kind == "fact" else "altered",
        "explanation": f"{reasons}(case {number})",
        "evidence": [
            _evidence_body(f"https://audit.example.org/report/{number}", "Audit report", "primary", "refutes"),
            _evidence_body(f"https://statistics.example.net/table/{number % 50}", "Table 7", "dataset", "refutes"),
            _evidence_body(f"https://archive.example.com/page/{number % 50}", "Minutes", "secondary", "context"),
        ],
        "review": {
            "headline": f"No, it did not happen as it was told (case {number})",
            "summary": "The figures of the audit office say otherwise.",
            "body": "The audit office published its count in March.\n\n" * 8,
        },
    }


def _evidence_body(url: str, title: str, kind: str, stance: str) -> dict[str, Any]:
    return {
        "source": {"url": url, "title": title, "kind": kind, "publisher": "Audit office"},
        "stance": stance,
        "excerpt": "The count for the year was forty-one thousand, one in ten fewer than was announced. " * 2,
        "note": "Page 12 of the printed edition.",
    }
