"""Bodies as a newsroom would send them, shown in the OpenAPI document beside the operation that takes them."""

from __future__ import annotations

from typing import Any

_TEXT = "“The bridge is safe,” mayor Ada Low said, the Gazette reports. Drivers doubt it."

BODIES: dict[str, dict[str, Any]] = {
    "articles_record": {
        "text": _TEXT,
        "headline": "Mayor calls bridge safe",
        "url": "https://gazette.example.org/bridge",
        "publisher": {"name": "The Herald", "site": "https://herald.example.org"},
        "date_published": "2021-09-26",
        "in_language": "en",
        "claims": [
            {
                "statement": "The bridge is safe.",
                "exact": "The bridge is safe",
                "start": 1,
                "end": 19,
                "speech": "direct",
                "cue": "said",
                "claimant": {"name": "Ada Low", "kind": "person", "role": "Mayor"},
                "claimant_as_named": "mayor Ada Low",
                "reported_by": [{"name": "The Gazette", "kind": "outlet"}],
            }
        ],
    },
    "claims_record": {
        "statement": "Unemployment has fallen to 4 per cent.",
        "kind": "fact",
        "claimant": {"name": "Ada Low", "kind": "person"},
        "date": "2021-09",
        "in_language": "en",
    },
    "claims_edit": {"context": "She spoke of the whole country.", "claimants": [{"name": "Ada Low"}]},
    "queue_next": {"in_language": "en"},
    "claims_hold": {"until": "2031-10-04T09:00:00Z", "waiting_for": "source", "note": "The office calls back."},
    "claims_propose": {
        "rating": "false",
        "explanation": "The office counted 6 per cent in that month.",
        "evidence": [
            {
                "source": {"kind": "primary", "url": "https://statistics.example.org/labour", "title": "Labour force"},
                "stance": "refutes",
                "excerpt": "The rate was 6.0 per cent.",
            }
        ],
        "review": {
            "headline": "Unemployment has not fallen to 4 per cent",
            "summary": "The statistics office counted 6 per cent.",
            "body": "The mayor named a number that the office never published.",
        },
    },
    "claims_approve": {"note": "I counted the table again."},
    "claims_publish": {},
    "claims_sight": {
        "url": "https://video.example.org/debate",
        "date": "2021-10-02",
        "speech": "indirect",
        "claimant": {"name": "Bo Wells", "kind": "person"},
    },
    "appearances_edit": {"attribution": [{"position": 0, "basis": "reported", "confirmed": True}]},
    "links_make": {
        "claim": "01920000-0000-7000-8000-000000000000",
        "other": "01920000-0000-7000-8000-000000000001",
        "kind": "contradicts",
    },
    "claims_split": {
        "parts": [
            {"statement": "The bridge is safe.", "exact": "the bridge is safe"},
            {"statement": "The bridge was built in 1970.", "segments": [{"exact": "it was built"}, {"exact": "1970"}]},
        ]
    },
    "claims_adopt": {"same_meaning": True, "same_figures": True, "still_true": True},
    "claims_decline": {"reason_code": "not_checkable", "note": "Nobody keeps such figures."},
    "evidence_add": {
        "claim": "01920000-0000-7000-8000-000000000000",
        "source": {"kind": "primary", "url": "https://statistics.example.org/labour", "title": "Labour force"},
        "stance": "refutes",
        "excerpt": "The rate was 6.0 per cent.",
        "note": "Table 7, seasonally adjusted.",
    },
}
