"""The subset of Markdown in which reviews are written."""

from collections.abc import Iterator, Sequence

import nh3
from markdown_it import MarkdownIt
from markdown_it.token import Token

_PARSER = MarkdownIt("commonmark", {"html": False, "xhtmlOut": False}).disable(["image", "hr"])
_SANITISER = nh3.Cleaner(
    tags={"p", "br", "em", "strong", "a", "ul", "ol", "li", "blockquote", "h3", "h4", "h5", "h6", "code", "pre"},
    attributes={"a": {"href", "title"}, "ol": {"start"}},
    url_schemes={"http", "https", "mailto"},
    url_relative="deny",
    link_rel="nofollow noopener",
)
# The page around a review has h1 and h2 of its own.
_HEADINGS = {"h1": "h3", "h2": "h4", "h3": "h5", "h4": "h6", "h5": "h6"}


def render(markdown: str) -> str:
    """HTML that is safe to show; raw HTML in the Markdown is shown as it was typed."""
    tokens = _PARSER.parse(markdown)
    for token in tokens:
        token.tag = _HEADINGS.get(token.tag, token.tag)
    return _SANITISER.clean(_PARSER.renderer.render(tokens, _PARSER.options, {}))


def plain(markdown: str) -> str:
    """The words alone, each paragraph, heading and list item on a line of its own; not escaped for HTML."""
    lines = (_words(token) for token in _PARSER.parse(markdown))
    return "\n".join(line for line in lines if line)


def _words(block: Token) -> str:
    if block.type in ("fence", "code_block"):
        return block.content.strip()
    return "".join(_inline_words(block.children or ())).strip()


def _inline_words(tokens: Sequence[Token]) -> Iterator[str]:
    for token in tokens:
        yield " " if token.type in ("softbreak", "hardbreak") else token.content
