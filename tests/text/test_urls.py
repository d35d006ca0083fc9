import socket

import pytest
from hypothesis import given
from hypothesis import strategies as st

from claims.text.urls import UrlError, canonical_url, origin_of


@pytest.mark.parametrize(
    ("url", "canonical"),
    [
        ("HTTPS://WWW.Example.COM:443/News/", "https://www.example.com/News"),
        ("http://example.com:80", "http://example.com/"),
        ("https://example.com:80/", "https://example.com:80/"),
        ("https://example.com./a", "https://example.com/a"),
        ("  https://example.com/a ", "https://example.com/a"),
        ("https://example.com/a#comments", "https://example.com/a"),
        ("https://example.com/a/#:~:text=safe", "https://example.com/a"),
        ("https://example.com/?b=2&a=1&a=0", "https://example.com/?a=0&a=1&b=2"),
        ("https://example.com/a?utm_source=x&UTM_Medium=y&fbclid=1&gclid=2&id=7", "https://example.com/a?id=7"),
        ("https://example.com/a?utm%5Fsource=x&amp;id=7&amp;xtor=1", "https://example.com/a?id=7"),
        (
            "https://example.com/a?gclid=1&GCLSRC=2&dclid=3&msclkid=4&ysclid=5&igsh=6&smid=7&wt.mc_id=8&_ga=9&at_medium=a",
            "https://example.com/a",
        ),
        ("https://example.com/a?", "https://example.com/a"),
        ("https://example.com/a?&&", "https://example.com/a"),
        ("https://example.com/a/./b/../c//d/", "https://example.com/a/c/d"),
        ("https://example.com/stra\u00dfe?q=\u00e4 b", "https://example.com/stra%C3%9Fe?q=%C3%A4+b"),
        ("https://example.com/%7euser/%c3%a4", "https://example.com/~user/%C3%A4"),
        ("https://example.com/a;v=1/", "https://example.com/a%3Bv=1"),
        ("https://example.com/suche?q=caf%E9", "https://example.com/suche?q=caf%E9"),
        ("https://M\u00fcnchen.de/", "https://xn--mnchen-3ya.de/"),
        ("https://[2001:DB8::0001]:443/x", "https://[2001:db8::1]/x"),
    ],
)
def test_addresses_are_written_in_one_way(url: str, canonical: str) -> None:
    assert canonical_url(url) == canonical


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("http://example.com/a", "https://example.com/a"),
        ("https://www.example.com/a", "https://example.com/a"),
        ("https://example.com/A", "https://example.com/a"),
        ("https://example.com/?12345", "https://example.com/?67890"),
        ("https://example.com/view?cid=1", "https://example.com/view?cid=2"),
        ("https://example.com/view?gallery=1", "https://example.com/view?gallery=2"),
        ("https://example.com/a?ref=1&source=2&at_id=3", "https://example.com/a"),
        ("https://example.com/suche?q=%E4", "https://example.com/suche?q=%F6"),
        ("https://example.com/a%2Fb", "https://example.com/a/b"),
        ("https://example.com:8080/", "https://example.com/"),
    ],
)
def test_what_may_be_another_page_stays_apart(one: str, other: str) -> None:
    assert canonical_url(one) != canonical_url(other)


@pytest.mark.parametrize(
    ("url", "told"),
    [
        ("", "must begin with http"),
        ("example.com/a", "must begin with http"),
        ("//example.com/a", "must begin with http"),
        ("ftp://example.com/", "must begin with http"),
        ("javascript:alert(1)", "must begin with http"),
        ("https:", "no host"),
        ("https:///a", "no host"),
        ("https://?a", "no host"),
        ("https://user@example.com/", "user name"),
        ("https://user:secret@example.com/", "user name"),
        ("https://example.com\\@evil.com/", "backslash"),
        ("https://example.com/a\nb", "cannot be printed"),
        ("https://exa\tmple.com/", "cannot be printed"),
        ("https://example.com/\x7f", "cannot be printed"),
        ("https://example.com/\ud800", "cannot be printed"),
        ("https://example.com:99999/", "port"),
        ("https://example.com:a/", "port"),
        ("https://exam ple.com/", "not the name of a host"),
        ("https://a..b/", "not the name of a host"),
        ("https://-a.com/", "not the name of a host"),
        ("https://ex%61mple.com/", "not the name of a host"),
        ("https://" + "a" * 64 + ".com/", "not the name of a host"),
        ("https://" + "a." * 127 + "com/", "not the name of a host"),
        ("https://[::1/", "cannot be read"),
        ("https://[v1.a]/", "not an IPv6 address"),
        ("https://[fe80::1%25eth0]/", "network interface"),
    ],
)
def test_what_is_no_address_of_a_page_is_refused_in_a_sentence(url: str, told: str) -> None:
    with pytest.raises(UrlError, match=told) as caught:
        canonical_url(url)
    assert str(caught.value).endswith(".")


@given(
    st.sampled_from(
        ["https://example.com/", "https://example.com", "http://a.b/?", "https://example.com/a?", "https://"]
    ),
    st.text(alphabet="aB1/.;:?&=#%+ -_~\u00e9\u0301[]|'\"<>{}^`e2fC3A9\u200b,!$*()\u65e5", max_size=25),
)
def test_a_canonical_address_is_its_own_canonical_address(base: str, rest: str) -> None:
    try:
        canonical = canonical_url(base + rest)
    except UrlError:
        return
    assert canonical.isascii()
    assert canonical_url(canonical) == canonical
    assert origin_of(canonical) == origin_of(base + rest)


@pytest.mark.parametrize(
    ("url", "origin"),
    [
        ("https://www.bbc.co.uk/news/1", "bbc.co.uk"),
        ("http://NEWS.BBC.co.uk:80/", "bbc.co.uk"),
        ("https://de.example.com/", "example.com"),
        ("https://one.github.io/", "one.github.io"),
        ("https://www.m\u00fcnchen.de/", "xn--mnchen-3ya.de"),
        ("https://www.xn--mnchen-3ya.de/", "xn--mnchen-3ya.de"),
        ("https://\u043f\u0440\u0438\u043c\u0435\u0440.\u0440\u0444/", "xn--e1afmkfd.xn--p1ai"),
        ("https://192.0.2.7/a", "192.0.2.7"),
        ("https://[2001:db8::1]/a", "[2001:db8::1]"),
        ("http://localhost:8000/", "localhost"),
        ("https://wiki.desk.internal/", "wiki.desk.internal"),
    ],
)
def test_the_origin_is_the_registrable_domain_or_the_host(url: str, origin: str) -> None:
    assert origin_of(url) == origin


def test_the_origin_is_found_without_the_network(monkeypatch: pytest.MonkeyPatch) -> None:
    def refuse(*_: object) -> None:
        raise AssertionError("the network was used")

    monkeypatch.setattr(socket.socket, "connect", refuse)
    monkeypatch.setattr(socket, "getaddrinfo", refuse)
    assert origin_of("https://nobody.knows.this.example/") == "nobody.knows.this.example"
    with pytest.raises(UrlError):
        origin_of("no address")
