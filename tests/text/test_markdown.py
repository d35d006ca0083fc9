from html.parser import HTMLParser

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.markdown import plain, render

ALLOWED = {"p", "br", "em", "strong", "a", "ul", "ol", "li", "blockquote", "h3", "h4", "h5", "h6", "code", "pre"}
ATTRIBUTES = {"a": {"href", "title", "rel"}, "ol": {"start"}}


class Reader(HTMLParser):
    """What a browser would make of the HTML."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.elements: list[tuple[str, dict[str, str | None]]] = []
        self.feed(html)
        self.close()

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.elements.append((tag, dict(attrs)))


@pytest.mark.parametrize(
    ("markdown", "html"),
    [
        ("one\n\ntwo", "<p>one</p>\n<p>two</p>\n"),
        ("*a* **b** `c<d>`", "<p><em>a</em> <strong>b</strong> <code>c&lt;d&gt;</code></p>\n"),
        ("a  \nb", "<p>a<br>\nb</p>\n"),
        ("# A", "<h3>A</h3>\n"),
        ("A\n===\n\nB\n---", "<h3>A</h3>\n<h4>B</h4>\n"),
        ("###### F", "<h6>F</h6>\n"),
        ("- a\n- b", "<ul>\n<li>a</li>\n<li>b</li>\n</ul>\n"),
        ("3. a\n4. b", '<ol start="3">\n<li>a</li>\n<li>b</li>\n</ol>\n'),
        ("> a", "<blockquote>\n<p>a</p>\n</blockquote>\n"),
        ("```js\na < b\n```", "<pre><code>a &lt; b\n</code></pre>\n"),
        (
            '[a](https://b.c/?d=1&e=2 "f")',
            '<p><a href="https://b.c/?d=1&amp;e=2" title="f" rel="nofollow noopener">a</a></p>\n',
        ),
        ("<https://b.c>", '<p><a href="https://b.c" rel="nofollow noopener">https://b.c</a></p>\n'),
        ("<a@b.c>", '<p><a href="mailto:a@b.c" rel="nofollow noopener">a@b.c</a></p>\n'),
        ("<b onclick=x>a</b>", "<p>&lt;b onclick=x&gt;a&lt;/b&gt;</p>\n"),
        ("<script>\nalert(1)\n</script>", "<p>&lt;script&gt;\nalert(1)\n&lt;/script&gt;</p>\n"),
        ("---", "<p>---</p>\n"),
        ("", ""),
    ],
)
def test_the_subset_is_rendered(markdown: str, html: str) -> None:
    assert render(markdown) == html


@pytest.mark.parametrize(
    "target",
    [
        "javascript:alert(1)",
        "JaVaScRiPt:alert(1)",
        "javascript&colon;alert(1)",
        "&#106;avascript:alert(1)",
        "<java\tscript:alert(1)>",
        "<\x01javascript:alert(1)>",
        "vbscript:a",
        "data:text/html;base64,PHNjcmlwdD4=",
        "data:image/svg+xml,a",
        "file:///etc/passwd",
        "ftp://b.c",
        "//b.c",
        "/admin/",
        "#top",
        "a.html",
    ],
)
def test_no_link_leads_anywhere_but_to_the_web_or_a_mailbox(target: str) -> None:
    for markdown in (f"[a]({target})", f"[a][b]\n\n[b]: {target}", f"<{target}>", f"![a]({target})"):
        assert [
            attributes.get("href") for _, attributes in Reader(render(markdown)).elements if "href" in attributes
        ] == []


fragments = st.sampled_from(
    [
        *("<script>", "</script>", "<img src=x onerror=alert(1)>", "<svg/onload=alert(1)>", "<!--", "-->", "<![CDATA["),
        *(
            "[a](",
            ")",
            "javascript:alert(1)",
            "JAVASCRIPT&colon;",
            "&#x6a;avascript:",
            "data:text/html,",
            "https://b.c/",
        ),
        *(
            '"',
            "'",
            "`",
            "```",
            "    ",
            "\n",
            "\n\n",
            "> ",
            "- ",
            "1. ",
            "# ",
            "*",
            "**",
            "_",
            "\\",
            "<",
            ">",
            "&",
            "&lt;",
        ),
        *(
            "[b]: ",
            "[b]",
            "![",
            "](",
            ' onmouseover="alert(1)"',
            "<a href=",
            "<style>",
            "<math>",
            "\t",
            "\x00",
            "\u202e",
            "a",
        ),
    ]
)


@given(st.lists(fragments | st.text(max_size=4), max_size=20).map("".join))
def test_nothing_that_acts_comes_through(markdown: str) -> None:
    for tag, attributes in Reader(render(markdown)).elements:
        assert tag in ALLOWED
        assert set(attributes) <= ATTRIBUTES.get(tag, set())
        assert (attributes.get("href") or "https:").lower().startswith(("http:", "https:", "mailto:"))
        if tag == "a":
            assert attributes["rel"] == "nofollow noopener"


@pytest.mark.parametrize(
    ("markdown", "words"),
    [
        ("# A\n\n*b* **c** `d`\ne  \nf", "A\nb c d e f"),
        ("- a\n- [b](https://c.d)\n\n> e", "a\nb\ne"),
        ("```\na < b\n```", "a < b"),
        ("<b>a</b> &amp; \\*", "<b>a</b> & *"),
        ("", ""),
        ("\n\n", ""),
    ],
)
def test_plain_is_the_words_alone(markdown: str, words: str) -> None:
    assert plain(markdown) == words
