"""The rating scales that a newsroom starts with."""

from __future__ import annotations

from typing import NamedTuple

from claims.vocab import ScaleKind


class Step(NamedTuple):
    code: str
    value: int | None
    en: str
    fr: str
    colour: str


class Scale(NamedTuple):
    kind: ScaleKind
    best: int | None
    worst: int | None
    steps: tuple[Step, ...]


DEFAULT_SCALES = (
    Scale(
        ScaleKind.FACT,
        best=5,
        worst=1,
        steps=(
            Step("true", 5, "True", "Vrai", "#1a7f37"),
            Step("mostly-true", 4, "Mostly true", "Plutôt vrai", "#4d7c0f"),
            Step("half-true", 3, "Half true", "À moitié vrai", "#9a6700"),
            Step("mostly-false", 2, "Mostly false", "Plutôt faux", "#bc4c00"),
            Step("false", 1, "False", "Faux", "#cf222e"),
            Step("missing-context", None, "Missing context", "Contexte manquant", "#8250df"),
            Step("unverifiable", None, "Unverifiable", "Invérifiable", "#57606a"),
            Step("satire", None, "Satire", "Satire", "#0969da"),
        ),
    ),
    Scale(
        ScaleKind.PROMISE,
        best=None,
        worst=None,
        steps=(
            Step("not-yet-due", None, "Not yet due", "Pas encore échue", "#57606a"),
            Step("in-progress", None, "In progress", "En cours", "#0969da"),
            Step("kept", None, "Kept", "Tenue", "#1a7f37"),
            Step("partly-kept", None, "Partly kept", "Tenue en partie", "#9a6700"),
            Step("stalled", None, "Stalled", "À l'arrêt", "#bc4c00"),
            Step("broken", None, "Broken", "Rompue", "#cf222e"),
        ),
    ),
    Scale(
        ScaleKind.QUOTATION,
        best=None,
        worst=None,
        steps=(
            Step("accurate", None, "Accurate", "Exacte", "#1a7f37"),
            Step("altered", None, "Altered", "Altérée", "#9a6700"),
            Step("out-of-context", None, "Out of context", "Hors contexte", "#8250df"),
            Step("not-found", None, "Not found", "Introuvable", "#57606a"),
            Step("invented", None, "Invented", "Inventée", "#cf222e"),
        ),
    ),
)
