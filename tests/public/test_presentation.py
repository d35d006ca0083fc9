"""Dates, chains and scales in words and shapes."""

import json

import pytest

from claims.interop.publication import FrozenRating
from claims.public.presentation import attribution, drawn_scale, script_json, web_address, worded_date


@pytest.mark.parametrize(
    ("value", "words"),
    [
        ("2021", "2021"),
        ("2021-09", "September 2021"),
        ("2021-09-26", "26 September 2021"),
        ("2021-09-26T10:15:00Z", "26 September 2021"),
        ("", ""),
        ("2021-13", "2021-13"),
        ("last spring", "last spring"),
    ],
)
def test_a_date_is_worded_as_far_as_it_is_known(value: str, words: str) -> None:
    assert worded_date(value) == words


@pytest.mark.parametrize(
    ("names", "reported_by", "words"),
    [
        (["Borrell"], ["Lavrov"], "Borrell, as reported by Lavrov"),
        (["Borrell"], ["Lavrov", "a union"], "Borrell, as reported by Lavrov, as told in turn by a union"),
        (["Weber", "Duarte"], ["Lavrov"], "Weber and Duarte, as reported by Lavrov"),
        (["Borrell"], [], ""),
        ([], ["Lavrov"], ""),
        (["100%s"], ["%(speaker)s"], "100%s, as reported by %(speaker)s"),
    ],
)
def test_a_chain_goes_from_who_said_it_to_who_told_it_last(
    names: list[str], reported_by: list[str], words: str
) -> None:
    assert attribution(names, reported_by) == words


def rating(value: int | None, *, best: int | None = 5, worst: int | None = 1) -> FrozenRating:
    return {"code": "false", "value": value, "best": best, "worst": worst, "label": "False", "colour": "#cf222e"}


def test_a_scale_has_a_step_for_each_value_and_marks_one() -> None:
    scale = drawn_scale(rating(2))
    assert scale is not None
    assert [step.is_reached for step in scale.steps] == [False, True, False, False, False]
    assert scale.width > scale.steps[-1].x


@pytest.mark.parametrize("found", [rating(None), rating(2, best=None, worst=None), rating(40, best=100, worst=0)])
def test_what_cannot_be_drawn_is_not(found: FrozenRating) -> None:
    assert drawn_scale(found) is None


@pytest.mark.parametrize("address", ["http://a.example/", "https://a.example/", "HTTPS://a.example/"])
def test_an_address_on_the_web_may_be_a_link(address: str) -> None:
    assert web_address(address) == address


@pytest.mark.parametrize(
    "address", ["javascript:alert(1)", " javascript:alert(1)", "data:text/html,x", "//a.example", ""]
)
def test_another_address_is_no_link(address: str) -> None:
    assert web_address(address) == ""


def test_json_in_a_page_reads_back_as_it_was() -> None:
    text = "</script> <!-- & \u2028 \u2029 é 👩‍🔬"
    written = script_json({"text": text})
    assert not set("<>&\u2028\u2029") & set(written)
    assert "é 👩‍🔬" in written
    assert json.loads(written) == {"text": text}
