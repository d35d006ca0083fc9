from datetime import date

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.dates import PartialDateError, partial_date, starts_at


@pytest.mark.parametrize(
    ("value", "first"),
    [
        ("2021", date(2021, 1, 1)),
        ("2021-09", date(2021, 9, 1)),
        ("2021-09-26", date(2021, 9, 26)),
        ("2024-02-29", date(2024, 2, 29)),
        ("0001", date(1, 1, 1)),
    ],
)
def test_a_year_a_month_or_a_day_starts_somewhere(value: str, first: date) -> None:
    assert partial_date(value) == value
    assert starts_at(value) == first


@pytest.mark.parametrize(
    "value",
    ["", "21", "2021-9", "2021-09-26T07:19", "2021-09-26\n", " 2021", "2021/09", "202109", "\u0662\u0660\u0662\u0661"],
)
def test_another_form_is_refused_and_the_forms_are_told(value: str) -> None:
    with pytest.raises(PartialDateError, match=r"a year \(2021\), a month"):
        partial_date(value)


@pytest.mark.parametrize("value", ["0000", "2021-00", "2021-13", "2021-02-29", "2021-09-31", "2021-09-00"])
def test_what_is_in_no_calendar_is_refused_by_name(value: str) -> None:
    with pytest.raises(PartialDateError, match=f"{value} is not in the calendar"):
        partial_date(value)


@given(st.dates())
def test_every_day_is_its_own_start(day: date) -> None:
    assert starts_at(partial_date(day.isoformat())) == day
    assert starts_at(day.isoformat()[:7]) == day.replace(day=1)
