"""Dates of which only the year, or the year and the month, may be known."""

import re
from datetime import date

_PARTIAL = re.compile(r"([0-9]{4})(?:-([0-9]{2})(?:-([0-9]{2}))?)?")


class PartialDateError(ValueError):
    """Not a date; the message is for people."""


def partial_date(value: str) -> str:
    """The value as it is, if it is a YYYY, YYYY-MM or YYYY-MM-DD of the calendar. Raises PartialDateError."""
    starts_at(value)
    return value


def starts_at(value: str) -> date:
    """The first day that a partial date can mean. Raises PartialDateError."""
    match = _PARTIAL.fullmatch(value)
    if match is None:
        raise PartialDateError("A date is written as a year (2021), a month (2021-09) or a day (2021-09-26).")
    year, month, day = (int(part or 1) for part in match.groups())
    try:
        return date(year, month, day)
    except ValueError as error:
        raise PartialDateError(f"{value} is not in the calendar.") from error
