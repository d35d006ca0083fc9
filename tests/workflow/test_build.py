"""The builders themselves: every status and every public state can be reached."""

import pytest

from claims.models import ClaimReview
from claims.vocab import Status
from tests.build import Desk, claim_in, make_corrected, make_published, make_retracted


@pytest.mark.parametrize("status", Status)
def test_a_claim_can_be_brought_into_every_status(desk: Desk, status: Status) -> None:
    assert claim_in(status, author=desk.author, editor=desk.editor).status == status


def test_a_review_can_be_published_corrected_and_retracted(desk: Desk) -> None:
    make_published(author=desk.author, editor=desk.editor)
    make_corrected(author=desk.author, editor=desk.editor)
    make_retracted(author=desk.author, editor=desk.editor)
    assert sorted(ClaimReview.objects.values_list("state", flat=True)) == ["published", "published", "retracted"]
