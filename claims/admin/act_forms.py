"""What an act on the claim's page is: a form, and the function of the workflow that it calls."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, ClassVar
from uuid import UUID

from django import forms

from claims.access import Actor
from claims.vocab import Act
from claims.workflow.situation import Situation


class ActForm(forms.Form):
    """What an act needs from the person. `fit` leaves out what this claim or this person has no use for."""

    #: Where problems that the act names by JSON pointer belong.
    pointers: ClassVar[dict[str, str]] = {}

    def __init__(self, *args: Any, situation: Situation, **options: Any) -> None:
        super().__init__(*args, **options)
        self.situation = situation
        self.fit()

    def fit(self) -> None:
        """Nothing to leave out, unless a form says otherwise."""


@dataclass(frozen=True, slots=True)
class Order:
    """One act as it was asked for: who, on which claim as they read it, with what."""

    actor: Actor
    claim_id: UUID
    revision: int | None
    form: ActForm

    @property
    def given(self) -> dict[str, Any]:
        return self.form.cleaned_data


Run = Callable[[Order], object]


def on_revision(function: Callable[..., object]) -> Run:
    """Calls an act whose words are the form's fields, on the claim as the person read it."""
    return lambda order: function(actor=order.actor, claim_id=order.claim_id, revision=order.revision, **order.given)


def on_any_revision(function: Callable[..., object]) -> Run:
    """The same for acts that change nothing anybody could have overlooked."""
    return lambda order: function(actor=order.actor, claim_id=order.claim_id, **order.given)


@dataclass(frozen=True, slots=True)
class DeskAct:
    """An act as it stands on the claim's page: whose rule it is under, what it asks, what it calls, what it says.

    `is_offered`: whether this claim has any use for it, beside what the rules allow.
    """

    act: Act
    form: type[ActForm]
    run: Run
    done: str
    label: str = ""
    is_offered: Callable[[Situation], bool] = lambda _: True

    @property
    def title(self) -> str:
        return self.label or str(self.act.label)
