"""What the commands that name people, newsrooms and claims share."""

from __future__ import annotations

from uuid import UUID

from django.core.management.base import CommandError, CommandParser

from claims.access import Actor
from claims.errors import NotFoundError
from claims.models import Claim, Membership, Newsroom, User
from claims.selectors.claims import claim_in_full

DEFAULT_NEWSROOM = "default"


def newsroom_called(slug: str) -> Newsroom:
    newsroom = Newsroom.objects.filter(slug=slug).first()
    if newsroom is None:
        known = ", ".join(Newsroom.objects.order_by("slug").values_list("slug", flat=True)) or "none yet"
        raise CommandError(f"There is no newsroom “{slug}”. There are: {known}.")
    return newsroom


def membership_of(username: str, newsroom: Newsroom) -> Membership:
    membership = Membership.objects.filter(user__username=username, newsroom=newsroom).select_related("user").first()
    if membership is None:
        who = "is no member of" if User.objects.filter(username=username).exists() else "is not known in"
        raise CommandError(
            f"“{username}” {who} the newsroom {newsroom.slug}: add them with `member {username} --role ...`."
        )
    return membership


def service_of(slug: str) -> Actor:
    """The service itself at work in a newsroom, for commands that no person gives a name to."""
    return Actor.service(newsroom_called(slug).pk)


def add_claim_arguments(parser: CommandParser) -> None:
    parser.add_argument("id", type=UUID)
    parser.add_argument("--newsroom", default=DEFAULT_NEWSROOM)


def claim_called(claim_id: UUID, *, actor: Actor) -> Claim:
    """The claim with everything it is shown with."""
    try:
        return claim_in_full(actor=actor, claim_id=claim_id)
    except NotFoundError as error:
        raise CommandError(f"There is no claim {claim_id} in this newsroom.") from error
