import socket
import subprocess
import sys

import pytest
from hypothesis import HealthCheck, example, given, settings
from hypothesis import strategies as st

from claims.text.extract import Extracted, ExtractionError, html_to_text
from claims.text.normalise import normalise

PARAGRAPHS = "".join(
    f"<p>The mayor said in {year} that the bridge was safe, and that the cafe\u0301 had asked for nothing.</p>\r\n"
    for year in range(1990, 1996)
)


def page(
    body: str = PARAGRAPHS,
    *,
    start: str = '<!doctype html><html lang="de-AT">',
    head: str = "<title>The bridge</title>",
) -> str:
    return (
        f"{start}<head>{head}</head><body><nav><ul><li><a href='/'>Home</a></li></ul></nav>"
        f"<article><h1>The bridge</h1>{body}</article><div class='comments'><p>First!</p></div>"
        "<script>var tracking = 1;</script><footer><p>Copyright by the paper</p></footer></body></html>"
    )


@pytest.fixture(autouse=True)
def no_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)


def test_the_article_is_read_without_what_stands_around_it() -> None:
    found = html_to_text(page())
    assert found.text.startswith("The bridge\nThe mayor said in 1990 that")
    assert found.text.count("the caf\u00e9 had asked for nothing.") == 6
    assert found.text == normalise(found.text)
    for other in ("Home", "First!", "tracking", "Copyright", "<p>"):
        assert other not in found.text


def test_what_the_page_says_of_itself_is_read() -> None:
    head = (
        "<title>The bridge | The Paper</title><meta name='author' content='Ann Lee'>"
        "<meta property='article:published_time' content='2021-09-26T07:19:00Z'>"
    )
    found = html_to_text(page(head=head))
    assert (found.title, found.author, found.date, found.language) == ("The bridge", "Ann Lee", "2021-09-26", "de-AT")


def test_what_the_page_does_not_say_is_empty_and_no_date_is_taken_from_the_prose() -> None:
    body = "<p>On 3 May 2019 the bridge over the river fell, and on 4 May 2019 the mayor resigned.</p>" * 5
    found = html_to_text(page(body, start="<html lang='not a language'>", head=""))
    assert (found.author, found.date, found.language) == ("", "", "")


def test_a_part_of_a_page_is_read_too() -> None:
    assert html_to_text("<p>The mayor said the bridge was safe.</p>").text == "The mayor said the bridge was safe."


@pytest.mark.parametrize(
    "start",
    [
        '<?xml version="1.0" encoding="windows-1251"?><html>',
        '<html><meta charset="koi8-r">',
    ],
)
def test_text_that_was_decoded_is_not_decoded_again_by_what_the_page_declares(start: str) -> None:
    words = "\u041c\u043e\u0441\u0442 \u0431\u0435\u0437\u043e\u043f\u0430\u0441\u0435\u043d"
    assert words in html_to_text(page(f"<p>{words}</p>" * 9, start=start)).text


@pytest.mark.parametrize(
    ("html", "told"),
    [
        ("", "not HTML"),
        ("just words", "not HTML"),
        ("https://127.0.0.1:9/article", "not HTML"),
        ('{"text": "a"}', "not HTML"),
        ("<html><body></body></html>", "No article text"),
        ("<html><body><script>alert(1)</script></body></html>", "No article text"),
        ("<p>a\x00</p>", "contains NUL"),
        ("<p>a\ud800</p>", "contains a lone surrogate"),
        (page(f"<p>a{'&#x301;' * 200}</p>"), "combining marks"),
    ],
)
def test_a_page_without_an_article_is_refused_in_words(html: str, told: str) -> None:
    with pytest.raises(ExtractionError, match=told):
        html_to_text(html)


def test_nesting_without_end_is_refused_or_read_but_never_crashes() -> None:
    with pytest.raises(ExtractionError):
        html_to_text("<html><body>" + "<div>" * 100_000 + PARAGRAPHS)


tags = st.sampled_from(
    [
        "<p>",
        "</p>",
        "<div>",
        "</div>",
        "<a href=",
        "<table><tr><td>",
        "<ul><li>",
        "<!--",
        "<html>",
        "<title>",
        "<svg>",
        "&#0;",
        "&#xD800;",
    ]
)


@given(st.lists(tags | st.text(max_size=8), max_size=12).map("".join))
@example("<svg><p><p>")
@settings(max_examples=60, suppress_health_check=[HealthCheck.function_scoped_fixture])
def test_any_soup_is_read_or_refused(html: str) -> None:
    try:
        found = html_to_text(html)
    except ExtractionError:
        return
    assert isinstance(found, Extracted)
    assert found.text == normalise(found.text).strip() != ""


def test_the_extractor_is_imported_only_when_a_page_is_read() -> None:
    program = "import sys, claims.text.extract; sys.exit('trafilatura' in sys.modules)"
    assert subprocess.run([sys.executable, "-c", program], check=False).returncode == 0
