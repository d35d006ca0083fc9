import json
from datetime import UTC, date, datetime, timedelta, timezone
from decimal import Decimal
from enum import IntEnum, StrEnum
from hashlib import sha256
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.canonical import canonical_json, sha256_hex

json_values = st.recursive(
    st.none() | st.booleans() | st.integers() | st.text(),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(), inner, max_size=4),
    max_leaves=12,
)


class Colour(StrEnum):
    RED = "red"


class Size(IntEnum):
    LARGE = 3


@pytest.mark.parametrize(
    ("value", "written"),
    [
        ({"b": 1, "a": [True, None, "x"]}, '{"a":[true,null,"x"],"b":1}'),
        ({"\U0001f600": 1, "\ufb33": 2}, '{"\U0001f600":1,"\ufb33":2}'),  # UTF-16 order, not that of code points
        ('\u00e9\u20ac"\\/\n\x0f\x7f', '"\u00e9\u20ac\\"\\\\/\\n\\u000f\x7f"'),
        ((1, 2), "[1,2]"),
        ([3.0, -0.0], "[3,0]"),
        (UUID("0190163d-8694-739b-aea5-966c26f8ad91"), '"0190163d-8694-739b-aea5-966c26f8ad91"'),
        (date(2021, 9, 26), '"2021-09-26"'),
        (datetime(2021, 9, 26, 7, 19, tzinfo=UTC), '"2021-09-26T07:19:00Z"'),
        (datetime(2021, 9, 26, 9, 19, 0, 5, tzinfo=timezone(timedelta(hours=2))), '"2021-09-26T07:19:00.000005Z"'),
        ({Colour.RED: Colour.RED, "size": Size.LARGE}, '{"red":"red","size":3}'),
    ],
)
def test_every_value_has_one_spelling(value: object, written: str) -> None:
    assert canonical_json(value) == written.encode()
    assert sha256_hex(value) == sha256(written.encode()).hexdigest()


NAIVE = datetime(2021, 9, 26, tzinfo=UTC).replace(tzinfo=None)


@pytest.mark.parametrize(
    "value",
    [0.5, float("nan"), float("inf"), 1e300, Decimal(1), {1: "a"}, {None: 1}, {1, 2}, b"a", NAIVE, object()],
)
def test_what_has_no_single_spelling_is_refused(value: object) -> None:
    with pytest.raises(TypeError):
        canonical_json(value)
    with pytest.raises(TypeError):
        canonical_json({"inside": [value]})


@given(json_values)
def test_it_reads_back_as_the_same_value_whatever_the_order(value: object) -> None:
    written = canonical_json(value)
    read = json.loads(written)
    assert read == value
    assert canonical_json(read) == written
    if isinstance(value, dict):
        assert canonical_json(dict(reversed(value.items()))) == written


@given(json_values, json_values)
def test_different_values_have_different_hashes(one: object, other: object) -> None:
    same = json.dumps(one, sort_keys=True) == json.dumps(other, sort_keys=True)
    assert (sha256_hex(one) == sha256_hex(other)) is same
