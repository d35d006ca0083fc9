"""Form fields that take what the API takes, and refuse what it refuses, each at its place."""

from __future__ import annotations

import re
from collections.abc import Iterable
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from django import forms
from django.core.exceptions import ValidationError
from django.utils import timezone
from django.utils.dateparse import parse_datetime

from claims.errors import InvalidInputError
from claims.text.dates import PartialDateError, partial_date, starts_at
from claims.text.normalise import forbidden_character
from claims.text.urls import UrlError, canonical_url

Choices = Iterable[tuple[Any, Any]]


def refuse_forbidden(value: str) -> None:
    found = forbidden_character(value)
    if found:
        raise ValidationError(f"The text contains {found}, which no text may.")


class Line(forms.CharField):
    """A short text of one line."""

    default_validators = [refuse_forbidden]


class Words(forms.CharField):
    """A longer text, its line ends as they are stored."""

    default_validators = [refuse_forbidden]

    def __init__(self, *, rows: int = 3, **options: Any) -> None:
        super().__init__(widget=forms.Textarea(attrs={"rows": rows, "cols": 60, "dir": "auto"}), **options)

    def to_python(self, value: Any) -> str:
        return (super().to_python(value) or "").replace("\r\n", "\n")


class Address(Line):
    """An http or https address."""

    def __init__(self, **options: Any) -> None:
        super().__init__(max_length=2000, widget=forms.URLInput(attrs={"size": 60}), **options)

    def clean(self, value: Any) -> str:
        address: str = super().clean(value)
        if address:
            try:
                canonical_url(address)
            except UrlError as error:
                raise ValidationError(str(error)) from error
        return address


class PartialDate(Line):
    """A day, or a month or a year alone."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "2021-09-26; a month (2021-09) or a year alone is fine.")
        super().__init__(max_length=40, **options)

    def clean(self, value: Any) -> str:
        found: str = super().clean(value)
        if found:
            try:
                partial_date(found)
            except PartialDateError as error:
                raise ValidationError(str(error)) from error
        return found


class PublicationDate(Line):
    """A partial date or a date-time with its zone, at most a day ahead."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "2021-09-26; a month (2021-09) or a year alone is fine.")
        super().__init__(max_length=40, **options)

    def clean(self, value: Any) -> str:
        found: str = super().clean(value)
        if found and self._begins(found) > timezone.now() + timedelta(days=1):
            raise ValidationError("The date of publication lies in the future.")
        return found

    @staticmethod
    def _begins(value: str) -> datetime:
        if "T" in value or " " in value:
            try:
                moment = parse_datetime(value)
            except ValueError:
                moment = None
            if moment is None or moment.tzinfo is None:
                raise ValidationError("A time of publication is written as 2021-09-26T07:19:00Z, with its zone.")
            return moment
        try:
            day = starts_at(value)
        except PartialDateError as error:
            raise ValidationError(str(error)) from error
        return datetime(day.year, day.month, day.day, tzinfo=timezone.get_current_timezone())


class Language(Line):
    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "A tag such as en or pt-BR.")
        super().__init__(max_length=35, label="Language", required=False, **options)

    def clean(self, value: Any) -> str:
        tag: str = super().clean(value)
        parts = tag.split("-")
        if tag and not (parts[0].isalpha() and all(part.isalnum() and len(part) <= 8 for part in parts)):
            raise ValidationError("A language is a BCP 47 tag such as en or pt-BR.")
        return tag


class Moment(forms.DateTimeField):
    """A day and a time, chosen in the browser; the time zone is the service's."""

    def __init__(self, **options: Any) -> None:
        written = "%Y-%m-%dT%H:%M"
        widget = forms.DateTimeInput(attrs={"type": "datetime-local"}, format=written)
        options.setdefault("help_text", f"Time zone: {timezone.get_default_timezone_name()}.")
        super().__init__(widget=widget, input_formats=[written, "%Y-%m-%dT%H:%M:%S"], **options)


_ID = re.compile(r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}", re.IGNORECASE)


class RowId(forms.CharField):
    """A claim or an article by its id, or by the address of its page as a browser shows it."""

    def __init__(self, **options: Any) -> None:
        options.setdefault("help_text", "Its id, or the address of its page.")
        super().__init__(max_length=2000, widget=forms.TextInput(attrs={"size": 60}), **options)

    def clean(self, value: Any) -> Any:
        found = _ID.search(written := super().clean(value))
        if written and found is None:
            raise ValidationError("This is neither an id nor the address of a page of ours.")
        return UUID(found[0]) if found else None


def add_problems(form: forms.Form, error: InvalidInputError, pointers: dict[str, str]) -> None:
    """Puts each problem at the field that it is about: by the longest pointer that fits, else by its last name."""
    for problem in error.problems:
        fitting = [pointer for pointer in pointers if problem.pointer.startswith(pointer)]
        name = pointers[max(fitting, key=len)] if fitting else problem.pointer.rpartition("/")[2]
        form.add_error(name if name in form.fields else None, problem.detail)
