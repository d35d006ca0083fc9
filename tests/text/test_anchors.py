import json
from typing import Any

import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from claims.text.anchors import CONTEXT, AnchorError, locate, span_at
from claims.text.normalise import Normalised, normalise

ARTICLE = (
    "The mayor said the bridge was safe.\r\n\r\n"
    "\u201cThe bridge was safe,\u201d the engineer repeated. \u201cIt was safe cafe\u0301 talk, nothing more.\u201d\r\n"
)
SOURCE = Normalised.of(ARTICLE)


def refused(text: str = ARTICLE, **given_: Any) -> AnchorError:
    with pytest.raises(AnchorError) as caught:
        locate(Normalised.of(text), **given_)
    return caught.value


def test_offsets_count_in_the_text_as_it_was_sent() -> None:
    start = ARTICLE.index("The bridge")
    span = locate(SOURCE, start=start, end=start + 20)
    assert span.exact == "The bridge was safe,"
    assert span.start == start - 2  # two line ends became one character each
    assert span.prefix == "ayor said the bridge was safe.\n\n\u201c"[-CONTEXT:]
    assert span.suffix == "\u201d the engineer repeated. \u201cIt was safe"[:CONTEXT]


def test_words_that_stand_once_need_no_offsets_and_may_be_spelt_decomposed() -> None:
    span = locate(SOURCE, exact="cafe\u0301 talk")
    assert (span.exact, SOURCE.text[span.start : span.end]) == ("caf\u00e9 talk", "caf\u00e9 talk")


@pytest.mark.parametrize(
    ("context", "nth"),
    [({"prefix": "the "}, 0), ({"prefix": "The "}, 1), ({"suffix": ","}, 1), ({"suffix": ".\r\n\r\n\u201c"}, 0)],
)
def test_prefix_and_suffix_choose_among_several(context: dict[str, str], nth: int) -> None:
    places = [SOURCE.text.index("bridge was safe"), SOURCE.text.rindex("bridge was safe")]
    prefix, suffix = context.get("prefix", ""), context.get("suffix", "")
    assert locate(SOURCE, exact="bridge was safe", prefix=prefix, suffix=suffix).start == places[nth]


def test_everything_given_together_agrees() -> None:
    start = ARTICLE.index("cafe")
    span = locate(SOURCE, start=start, end=start + 5, exact="caf\u00e9", prefix="\u201cIt was safe ", suffix=" talk")
    assert span.exact == "caf\u00e9"


def test_context_counted_off_in_a_decomposed_text_may_be_cut_between_letter_and_accent() -> None:
    text = "\u1112\u1161\u11ab\u1100\u116e\u11a8 e\u0301te\u0301 \u1112\u1161\u11ab\u1100\u116e\u11a8"
    for width in range(1, 8):
        before, after = text[7 - width : 7], text[12 : 12 + width]
        span = locate(Normalised.of(text), start=7, end=12, exact=text[7:12], prefix=before, suffix=after)
        assert span.exact == "\u00e9t\u00e9"


@pytest.mark.parametrize(
    ("given_", "field", "code"),
    [
        ({}, "exact", "selector_missing"),
        ({"prefix": "The"}, "exact", "selector_missing"),
        ({"start": 3}, "end", "selector_missing"),
        ({"end": 3, "exact": "The"}, "start", "selector_missing"),
        ({"start": -1, "end": 3}, "start", "span_outside"),
        ({"start": 0, "end": len(ARTICLE) + 1}, "end", "span_outside"),
        ({"start": len(ARTICLE), "end": len(ARTICLE) + 1}, "start", "span_outside"),
        ({"start": 5, "end": 5}, "end", "span_empty"),
        ({"start": 5, "end": 4}, "end", "span_empty"),
        ({"exact": ""}, "exact", "span_empty"),
        ({"exact": "the bridge is safe"}, "exact", "quote_missing"),
        ({"exact": "The  mayor"}, "exact", "quote_missing"),
        ({"exact": "the mayor"}, "exact", "quote_missing"),
        ({"exact": "mayor", "prefix": "A "}, "prefix", "quote_missing"),
        ({"exact": "mayor", "suffix": " spoke"}, "suffix", "quote_missing"),
        ({"exact": "bridge was safe"}, "exact", "quote_ambiguous"),
        ({"exact": "safe", "prefix": "was "}, "exact", "quote_ambiguous"),
        ({"start": 0, "end": 9, "exact": "The major"}, "exact", "span_disagrees"),
        ({"start": 4, "end": 9, "prefix": "A "}, "prefix", "span_disagrees"),
        ({"start": 4, "end": 9, "prefix": "And the The "}, "prefix", "span_disagrees"),
        ({"start": 4, "end": 9, "suffix": " spoke"}, "suffix", "span_disagrees"),
    ],
)
def test_what_does_not_fit_is_refused_by_field_and_code(given_: dict[str, Any], field: str, code: str) -> None:
    error = refused(**given_)
    assert (error.field, error.code) == (field, code)
    assert str(error).endswith(".")


def test_messages_say_what_is_there_and_shorten_long_quotes() -> None:
    told = str(refused(start=0, end=9, exact="The major"))
    assert told == "The text from 0 to 9 is \u201cThe mayor\u201d, not \u201cThe major\u201d."
    assert "stands 2 times" in str(refused(exact="bridge was safe"))
    assert len(str(refused(exact="never said " * 500))) < 120


def test_overlapping_places_count_and_very_many_are_not_counted_to_the_end() -> None:
    assert "stands 2 times" in str(refused("banana", exact="ana"))
    assert "more than 100 times" in str(refused("a" * 5_000, exact="a"))


def test_a_decomposed_letter_cannot_be_quoted_without_its_accent() -> None:
    assert refused("cafe\u0301", exact="cafe").code == "quote_missing"
    assert refused("cafe\u0301", start=0, end=4, exact="cafe").code == "span_disagrees"


def test_selectors_have_the_shape_of_the_annotation_model() -> None:
    assert span_at("He said yes.", 8, 11).selectors() == [
        {"type": "TextQuoteSelector", "exact": "yes", "prefix": "He said ", "suffix": "."},
        {"type": "TextPositionSelector", "start": 8, "end": 11},
    ]


@pytest.mark.parametrize(("start", "end"), [(-3, -1), (0, 0), (2, 1), (0, 4)])
def test_a_span_at_no_place_is_refused(start: int, end: int) -> None:
    with pytest.raises(AnchorError):
        span_at("abc", start, end)


few_letters = st.text(alphabet="ab \re\u0301\u0323\n\u1100\u1161", max_size=30)
parts = st.text(alphabet="ab \re\u0301\n\u1100\u1161", max_size=3)
offsets = st.none() | st.integers(-2, 32)


@given(few_letters, offsets, offsets, st.none() | parts, parts, parts)
def test_a_span_that_is_found_is_what_was_asked_for(
    text: str, start: int | None, end: int | None, exact: str | None, prefix: str, suffix: str
) -> None:
    source = Normalised.of(text)
    try:
        span = locate(source, start=start, end=end, exact=exact, prefix=prefix, suffix=suffix)
    except AnchorError:
        return
    assert source.text[span.start : span.end] == span.exact
    assert span.exact
    assert exact is None or span.exact == normalise(exact)
    assert start is None or span.start == source.start(start)
    assert end is None or span.end == source.end(end)


@given(few_letters, st.data())
def test_selectors_find_their_span_again(text: str, data: st.DataObject) -> None:
    stored = normalise(text)
    assume(stored)
    start = data.draw(st.integers(0, len(stored) - 1))
    span = span_at(stored, start, data.draw(st.integers(start + 1, len(stored))))
    quote, position = json.loads(json.dumps(span.selectors()))
    del quote["type"], position["type"]
    source = Normalised.of(stored)
    assert locate(source, **position) == span
    assert locate(source, **position, **quote) == span
    assert locate(source, **quote) == span or stored.count(span.exact) > 1


@given(few_letters, parts.filter(bool))
def test_a_quote_alone_is_found_exactly_where_it_stands_once(text: str, exact: str) -> None:
    source, wanted = Normalised.of(text), normalise(exact)
    places = [place for place in range(len(source.text)) if source.text.startswith(wanted, place)]
    if len(places) == 1:
        assert locate(source, exact=exact).start == places[0]
    else:
        assert refused(text, exact=exact).code == ("quote_ambiguous" if places else "quote_missing")
