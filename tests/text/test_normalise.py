import time
import unicodedata
from itertools import pairwise

import pytest
from hypothesis import example, given
from hypothesis import strategies as st

from claims.text.normalise import MAX_COMBINING_RUN, Normalised, forbidden_character, name_key, normalise

DIFFICULT = (
    "aeoxAq 1.\n\r"
    "\u00e9\u00c5\u212b\u2126\u1e9b"  # composed, and singletons that become another character
    "\u0300\u0301\u0308\u0315\u0323\u0327\u0338\u0344\u0345"  # marks of many classes
    "\u05b0\u05b4\u3099\u0f71\u0f72\u0f73\u0f81"
    "\u1100\u1161\u11a8\u1112\u1175\u11c2\uac00\uac01"  # Hangul, in parts and whole
    "\u09c7\u09be\u09d7\u0bc6\u0bbe\u1025\u102e"  # starters that compose with the one before
    "\u0958\ufb1d\u2adc"  # composed in Unicode, never in NFC
    "\U0001f468\u200d\U0001f469\U0001f1fa\U0001f1e6\ufe0f"  # emoji, joined and flags
    "\U0001d15e\U00011131\U00011127\U0002f800"
)
difficult_texts = st.text(alphabet=st.sampled_from(DIFFICULT), max_size=24)
texts = difficult_texts | st.text(max_size=24)


def boundaries(raw: str) -> list[int]:
    """Offsets at which `raw` may be cut without changing what becomes of it, found the slow way."""
    whole = normalise(raw)
    return [
        cut
        for cut in range(len(raw) + 1)
        if normalise(raw[:cut]) + normalise(raw[cut:]) == whole and raw[cut - 1 : cut + 1] != "\r\n"
    ]


@pytest.mark.parametrize(
    ("raw", "stored"),
    [
        ("", ""),
        ("plain", "plain"),
        ("one\r\ntwo\rthree\n", "one\ntwo\nthree\n"),
        ("\r\r\n\n", "\n\n\n"),
        ("cafe\u0301", "caf\u00e9"),
        ("\u212bngstr\u00f6m", "\u00c5ngstr\u00f6m"),
        ("\u1112\u1161\u11ab\u1100\u116e\u11a8", "\ud55c\uad6d"),
        ("\u201ctypographic\u201d \ufb01", "\u201ctypographic\u201d \ufb01"),
    ],
)
def test_text_is_composed_and_lines_end_alike(raw: str, stored: str) -> None:
    assert normalise(raw) == stored


@given(texts)
def test_a_normal_text_comes_back_as_it_is(raw: str) -> None:
    stored = normalise(raw)
    assert normalise(stored) is stored
    assert "\r" not in stored
    assert unicodedata.is_normalized("NFC", stored)


@pytest.mark.parametrize(
    ("raw", "start", "end", "words"),
    [
        ("one\r\ntwo", 5, 8, "two"),
        ("one\r\ntwo", 4, 5, "\n"),
        ("one\r\ntwo", 0, 4, "one\n"),
        ("un e\u0301te\u0301 la\u0300", 3, 8, "\u00e9t\u00e9"),
        ("un e\u0301te\u0301 la\u0300", 4, 7, "\u00e9t\u00e9"),
        ("x \u1112\u1161\u11ab\u1100\u116e\u11a8.", 5, 8, "\uad6d"),
        ("x \u1112\u1161\u11ab\u1100\u116e\u11a8.", 3, 6, "\ud55c\uad6d"),
        ("\u0958\u0958!", 1, 2, "\u0915\u093c"),
        ("\U0001f468\u200d\U0001f469 e\u0301 \U0001f600", 6, 7, " "),
        ("\U0001f468\u200d\U0001f469 e\u0301 \U0001f600", 7, 8, "\U0001f600"),
        ("a\u0315\u0300b", 1, 2, "\u00e0\u0315"),
        ("x\u0315\u0300b", 0, 1, "x"),
        ("q\u0301e\u0301", 1, 2, "\u0301"),
    ],
)
def test_offsets_of_the_sent_text_find_the_same_words_in_the_stored_text(
    raw: str, start: int, end: int, words: str
) -> None:
    source = Normalised.of(raw)
    assert source.text[source.start(start) : source.end(end)] == words


@given(texts)
@example("\u0f73\u0f73\u0300a")
@example("\u1100\u1161\u11a8\u11a8")
@example("a\u0315\r\n\u0300\r")
def test_every_cluster_boundary_agrees_with_normalising_the_prefix(raw: str) -> None:
    source = Normalised.of(raw)
    assert source.text == normalise(raw)
    for cut in boundaries(raw):
        assert source.start(cut) == source.end(cut) == len(normalise(raw[:cut]))


@given(texts)
def test_an_offset_inside_a_cluster_goes_to_its_edges(raw: str) -> None:
    source = Normalised.of(raw)
    for first, last in pairwise(boundaries(raw)):
        for inside in range(first + 1, last):
            assert source.start(inside) == source.start(first)
            assert source.end(inside) == source.end(last)


@given(texts, st.data())
def test_a_span_of_whole_clusters_keeps_its_words(raw: str, data: st.DataObject) -> None:
    source = Normalised.of(raw)
    start, end = sorted(data.draw(st.lists(st.sampled_from(boundaries(raw)), min_size=2, max_size=2)))
    assert source.text[source.start(start) : source.end(end)] == normalise(raw[start:end])


@given(texts)
def test_offsets_of_a_stored_text_stay(raw: str) -> None:
    source = Normalised.of(normalise(raw))
    assert [source.start(offset) for offset in range(len(source.text) + 1)] == list(range(len(source.text) + 1))
    assert [source.end(offset) for offset in range(len(source.text) + 1)] == list(range(len(source.text) + 1))


def test_a_letter_with_more_marks_than_any_language_stacks_is_one_cluster() -> None:
    source = Normalised.of("ab" + "\u0315\u0300" * 40 + "c")
    assert source.text[source.start(20) : source.end(21)] == normalise("b" + "\u0315\u0300" * 40)
    assert source.text[source.start(82) : source.end(83)] == "c"


@pytest.mark.parametrize(
    ("text", "found"),
    [
        ("", None),
        ("plain\n", None),
        ("\u00e9t\u00e9 \U0001f600 \ufffd", None),
        ("a\x00b", "NUL"),
        ("\u00e9\x00", "NUL"),
        ("a\ud800b", "a lone surrogate"),
        ("\udfff", "a lone surrogate"),
        ("a" + "\u0301" * MAX_COMBINING_RUN, None),
        ("a" + "\u0301" * (MAX_COMBINING_RUN + 1) + "b", "more than 100 combining marks in a row"),
        ("\u1100" * 150 + "\u1161" * (MAX_COMBINING_RUN + 1), "more than 100 combining marks in a row"),
        ("a" + "\u0f73" * (MAX_COMBINING_RUN + 1), "more than 100 combining marks in a row"),
    ],
)
def test_what_no_text_may_contain_is_named(text: str, found: str | None) -> None:
    assert forbidden_character(text) == found


def test_the_worst_text_that_is_not_forbidden_is_normalised_in_time() -> None:
    text = ("a" + "\u0315\u0300" * (MAX_COMBINING_RUN // 2)) * 5_000
    began = time.process_time()
    assert forbidden_character(text) is None
    assert Normalised.of(text).text.count("\u00e0") == 5_000
    assert time.process_time() - began < 2


@pytest.mark.parametrize(
    "spellings",
    [
        ("Sergey Lavrov", "SERGEY LAVROV", " Sergey \u00a0Lavrov\n", "Sergey\u200b Lavrov"),
        ("O'Brien", "O\u2019Brien", "o\u02bcbrien", "O\u00b4Brien", "O`Brien", "O\uff07Brien"),
        ("Anne-Marie", "Anne\u2010Marie", "Anne\u2011Marie", "ANNE\u2013MARIE", "Anne\uff0dMarie"),
        ("Jos\u00e9 Andr\u00e9", "Jose\u0301 Andre\u0301"),
        ("Stra\u00dfer", "STRASSER", "Stra\u1e9eer"),
        ("\uff21\uff22\uff23", "abc"),
    ],
)
def test_spellings_of_one_name_have_one_key(spellings: tuple[str, ...]) -> None:
    assert len({name_key(spelling) for spelling in spellings}) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [("Jose", "Jos\u00e9"), ("Anne Marie", "Anne-Marie"), ("OBrien", "O'Brien"), ("Lavrov", "Lavrow")],
)
def test_different_names_have_different_keys(one: str, other: str) -> None:
    assert name_key(one) != name_key(other)


@given(st.text(max_size=20))
def test_a_key_is_its_own_key(name: str) -> None:
    assert name_key(name_key(name)) == name_key(name)
