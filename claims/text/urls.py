"""One form for all the addresses of a page, and the origin that an address belongs to.

The canonical form is for comparing, never for fetching. Merging two pages is worse than missing that two addresses are
one page, so nothing is dropped that could tell articles apart: only parameters known to be added for counting readers
go, while `http` and `https`, `www.` and mobile hosts stay as they are. (courlan's cleaning is broader: it drops `cid`,
`uid`, `gallery` and a bare `?12345`, which name the article on many sites.)
"""

import re
from ipaddress import AddressValueError, IPv6Address
from urllib.parse import SplitResult, unquote_plus, urlsplit

from tld import get_fld
from w3lib.url import canonicalize_url

_DEFAULT_PORTS = {"http": 80, "https": 443}
_UNPRINTABLE = re.compile("[\x00-\x1f\x7f-\x9f\ud800-\udfff]")
_LABEL = "[a-z0-9_](?:[a-z0-9_-]{0,61}[a-z0-9_])?"
_ASCII_HOST = re.compile(rf"(?=.{{1,253}}\Z){_LABEL}(?:\.{_LABEL})*\Z")
_SLASHES = re.compile("/{2,}")

_TRACKING = re.compile(
    r"""
    # campaigns and newsletters
    (?: utm | mtm | piwik | matomo | hsa | vero | oly | gad | guce | fb_action ) _ .*
    | pk_ (?: campaign | kwd | keyword | medium | source | content | cid | cpn )
    | at_ (?: medium | campaign | campaign_type | link_id | link_type | link_origin | format | ptr_name | bbc_team )
    | ns_ (?: mchannel | source | campaign | linkname | fee )
    | mc_cid | mc_eid | mkt_tok | _hsenc | _hsmi | __hssc | __hstc | __hsfp | hsctatracking
    | wt[._]mc (?: _id )? | cmp | cmpid | s_cid | xtor | _openstat
    # clicks on advertisements
    | (?: fb | g | d | y | ys | tw | tt ) clid | msclkid | rb_clickid
    | gclsrc | wbraid | gbraid | li_fat_id | srsltid
    # buttons for sharing
    | fb_ref | fb_source | ref_src | ref_url | smid | smtyp | ocid | ncid | sr_share | soc_src | soc_trk | guccounter
    | igsh | igshid | mibextid | __twitter_impression | _ga | _gl
    """,
    re.VERBOSE | re.IGNORECASE,
)


class UrlError(ValueError):
    """Not the address of a page on the web; the message is for people."""


def canonical_url(url: str) -> str:
    """Equal for addresses of one page. Raises UrlError for what is not an http or https address with a host.

    Scheme and host are lower-case, the host in IDNA; fragment, default port, tracking parameters, doubled slashes and
    the slash at the end of a path are gone; the parameters are sorted and the escapes written in one way.
    """
    parts = _split(url)
    # w3lib treats what follows a bare ";" apart, and not always alike.
    path = _SLASHES.sub("/", parts.path).replace(";", "%3B")
    address = f"{parts.scheme}://{_network_location(parts)}{path}?{_telling_parameters(parts.query)}"
    canonical = urlsplit(canonicalize_url(address))
    return canonical._replace(path=canonical.path.rstrip("/") or "/").geturl()


def origin_of(url: str) -> str:
    """The registrable domain, such as "bbc.co.uk"; the host itself where there is none. Raises UrlError."""
    host = _host(_split(url))
    registrable = get_fld(f"https://{host}/", fail_silently=True, search_private=True)
    return registrable or host


def _split(url: str) -> SplitResult:
    url = url.strip(" ")
    if _UNPRINTABLE.search(url):
        raise UrlError("The address contains a character that cannot be printed, such as a line break.")
    if "\\" in url:
        raise UrlError("The address contains a backslash.")
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise UrlError("The address has a host that cannot be read.") from error
    if parts.scheme not in _DEFAULT_PORTS:
        raise UrlError("The address must begin with http:// or https://.")
    if "@" in parts.netloc:
        raise UrlError("The address contains a user name or a password.")
    if not parts.hostname:
        raise UrlError("The address has no host.")
    return parts


def _network_location(parts: SplitResult) -> str:
    try:
        port = parts.port
    except ValueError as error:
        raise UrlError("The port of the address must be a number up to 65535.") from error
    host = _host(parts)
    return host if port in (None, _DEFAULT_PORTS[parts.scheme]) else f"{host}:{port}"


def _host(parts: SplitResult) -> str:
    name = parts.hostname or ""
    if "[" in parts.netloc:
        return f"[{_ipv6(name)}]"
    try:
        host = name.removesuffix(".").encode("idna").decode("ascii").lower()
    except UnicodeError as error:
        raise UrlError(f"“{name[:60]}” is not the name of a host.") from error
    if not _ASCII_HOST.match(host):
        raise UrlError(f"“{name[:60]}” is not the name of a host.")
    return host


def _ipv6(name: str) -> str:
    try:
        address = IPv6Address(name)
    except AddressValueError as error:
        raise UrlError(f"“{name[:60]}” is not an IPv6 address.") from error
    if address.scope_id:
        raise UrlError("The address names a network interface of one machine.")
    return address.compressed


def _telling_parameters(query: str) -> str:
    # Addresses copied from the source of a page have their ampersands escaped.
    parameters = query.replace("&amp;", "&").split("&")
    return "&".join(parameter for parameter in parameters if parameter and not _is_tracking(parameter))


def _is_tracking(parameter: str) -> bool:
    return _TRACKING.fullmatch(unquote_plus(parameter.partition("=")[0])) is not None
