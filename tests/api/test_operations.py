"""Each operation of the document, done: the status, and an answer that shows what is declared and nothing else."""

import pytest

from tests.api.contract import operations
from tests.api.world import CREATES, HAPPY, World


def test_every_operation_has_a_request_that_is_tried() -> None:
    assert set(operations()) == set(HAPPY)


@pytest.mark.parametrize("operation_id", sorted(HAPPY))
def test_operation_answers_as_declared(operation_id: str, world: World) -> None:
    answer = HAPPY[operation_id](world, world.api())
    assert answer.status == (201 if operation_id in CREATES else 200), answer.body


def test_every_operation_says_what_it_does() -> None:
    silent = [found.id for found in operations().values() if not found.declared.get("summary")]
    assert silent == []
    unexplained = [found.id for found in operations().values() if not found.declared.get("description")]
    assert unexplained == []
