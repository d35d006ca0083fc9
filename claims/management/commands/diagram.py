from __future__ import annotations

from typing import Any

from django.core.management.base import BaseCommand

from claims.vocab import FIRST_STATUSES, HELD, MOVES, Act, Status


def diagram() -> str:
    """The move table as a Mermaid state diagram: one arrow per pair of statuses, with the acts that make it."""
    acts: dict[tuple[Status, Status], list[str]] = {}
    for act, move in MOVES.items():
        sources = HELD if act is Act.RECUSE else move.sources
        for source in (status for status in Status if status in sources):
            for arrival in move.arrivals:
                if source is not arrival:
                    acts.setdefault((source, arrival), []).append(act.value)
    arrows = [f"    {source} --> {arrival}: {', '.join(names)}" for (source, arrival), names in acts.items()]
    beginnings = [f"    [*] --> {status}" for status in Status if status in FIRST_STATUSES]
    return "\n".join(["stateDiagram-v2", *beginnings, *arrows])


class Command(BaseCommand):
    help = "Prints the moves of a claim as a Mermaid state diagram, for docs/architecture.md."

    def handle(self, *args: Any, **options: Any) -> None:
        self.stdout.write(diagram())
