"""Identity: the same article has the same id everywhere, for ever; nothing in it depends on a clock or on chance."""

import re
from functools import lru_cache
from hashlib import sha1
from ipaddress import IPv6Address
from typing import Final
from urllib.parse import parse_qsl, quote, unquote, urlencode, urlsplit, urlunsplit
from uuid import UUID

from tld import get_fld

from streams.contracts.errors import Malformed

# uuid5(NAMESPACE_URL, "newswire"), written out so that no library default can move it.
NAMESPACE: Final = UUID("f16e8482-cd7a-58ca-84b9-93eb1c2c259e")
_NAMESPACE_BYTES: Final = NAMESPACE.bytes
# The digit that holds the variant (RFC 9562, 4.1): its two high bits are 10.
_VARIANT: Final = {digit: f"{int(digit, 16) & 3 | 8:x}" for digit in "0123456789abcdef"}

# Parameters that say how a reader came here, not what the page is. Prefixes end in "_" or "-".
TRACKING_PREFIXES: Final = ("utm_", "ga_", "pk_", "mtm_", "hsa_", "at_", "oly_", "vero_", "_hs")
TRACKING_PARAMETERS: Final = frozenset(
    [
        "fbclid",
        "gclid",
        "gclsrc",
        "dclid",
        "wbraid",
        "gbraid",
        "msclkid",
        "yclid",
        "twclid",
        "igshid",
        "igsh",
        "mc_cid",
        "mc_eid",
        "cmpid",
        "cmp",
        "ncid",
        "ocid",
        "smid",
        "smtyp",
        "sref",
        "ref_src",
        "ref_url",
        "s_cid",
        "xtor",
        "wt_mc",
        "__twitter_impression",
        "traffic_source",
        "spm",
        "sh",
        "cid_source",
        "taid",
        "guccounter",
        "guce_referrer",
        "guce_referrer_sig",
        "fb_ref",
        "fb_source",
        "share",
    ]
)
PIPELINE_DIGITS: Final = 12  # 48 bits: versions are few
MAX_URL_CHARS: Final = 2_048  # what browsers and servers agree on; longer ones are data, not addresses
_PATH_SAFE: Final = "/!$&'()*+,;=:@~-._%"
_PORTS: Final = {"http": 80, "https": 443}


def canonical_url(url: str) -> str:
    """Return the address without what does not identify the page: tracking, fragment, `amp`, default port.

    Raises:
        Malformed: `bad_url` when it is not an http(s) address with a host.
    """
    parts = _split(url)
    path = _canonical_path(parts.path)
    query = urlencode(sorted(_kept_parameters(parts.query)), quote_via=quote, safe="/:,")
    return urlunsplit((parts.scheme, _host(parts.scheme, parts.netloc), path, query, ""))


def identity(*, url: str | None, guid: str | None, feed_url: str | None, source: str | None) -> str:
    """Return the identity of an article: by its address, else by its guid within its feed or publisher.

    The scheme and a trailing slash do not take part: `http` and `https` serve the same page.

    Raises:
        Malformed: `bad_url`, or `no_identity` when neither a url nor a scoped guid is given.
    """
    if url:
        return "url:" + canonical_url(url).split(":", 1)[1].rstrip("/")
    scope = feed_url or source
    if guid and scope:
        return f"guid:{scope}\n{guid}"
    if guid:
        raise Malformed(
            "no_identity", "a guid needs a feed_url or a source beside it: guids are unique within a feed only"
        )
    raise Malformed("no_identity", "give the article a url, or a guid and a source")


def registered_domain(url: str) -> str:
    """Return the domain that was registered (`bbc.co.uk`), or the host where the suffix is not a public one."""
    host = _split(url).hostname or ""
    found = _registered(host)
    return found or host.removeprefix("www.")


def _uuid(name: str) -> str:
    """Return `str(uuid.uuid5(NAMESPACE, name))` in a third of the time; an event has some sixty."""
    digits = sha1(_NAMESPACE_BYTES + name.encode(), usedforsecurity=False).hexdigest()
    variant = _VARIANT[digits[16]]
    return f"{digits[:8]}-{digits[8:12]}-5{digits[13:16]}-{variant}{digits[17:20]}-{digits[20:32]}"


def article_id(article_identity: str) -> str:
    """Return the id of an article, from its `identity`."""
    return _uuid(f"article\n{article_identity}")


def event_id(event_type: str, origin: str, pipeline: str) -> str:
    """Return the id of the event of this type that this pipeline makes of one raw record."""
    return _uuid(f"event\n{event_type}\n{origin}\n{pipeline}")


def pipeline_after(own: str, inherited: str) -> str:
    """Return the version of what made an event: of the stage that wrote it, and of those that wrote its input.

    While versions run side by side, an input may come from another version than ours, and come again from a third.
    Events that may differ then never share a version, nor an event_id.
    """
    if inherited == own:
        return own
    version, _, _ = own.partition("+")
    mixed = _uuid(f"pipeline\n{own}\n{inherited}").replace("-", "")
    return f"{version}+{mixed[:PIPELINE_DIGITS]}"


def entity_id(entity_type: str, name: str, link: str = "") -> str:
    """Return the id of an entity: a pure function of type, canonical name and link."""
    return _uuid(f"entity\n{entity_type}\n{name}\n{link}")


def story_id(first_article_id: str) -> str:
    """Return the id of the story that this article opened."""
    return _uuid(f"story\n{first_article_id}")


def group_id(canonical_id: str) -> str:
    """Return the id of the copy group that this article opened."""
    return _uuid(f"group\n{canonical_id}")


class _Parts:
    """A checked address; `hostname` is without the brackets of an IPv6 address."""

    __slots__ = ("hostname", "netloc", "path", "query", "scheme")

    def __init__(self, scheme: str, netloc: str, hostname: str, path: str, query: str) -> None:
        self.scheme, self.netloc, self.hostname, self.path, self.query = scheme, netloc, hostname, path, query


def _split(url: str) -> _Parts:
    text = url.strip()
    if len(text) > MAX_URL_CHARS:
        raise Malformed("bad_url", f"the url has {len(text)} characters; {MAX_URL_CHARS} are allowed")
    try:
        text.encode()  # half a surrogate pair, which JSON can escape, is in no address
        parts = urlsplit(text)
        host, port = parts.hostname, parts.port
        if host and "[" in parts.netloc:
            IPv6Address(host)  # checked only: how Python writes one is not the same in all its versions
    except ValueError as error:
        raise Malformed("bad_url", f"{_shown(text)} is not an address: {error}") from None
    if parts.scheme.lower() not in _PORTS:
        raise Malformed("bad_url", f"{_shown(text)} is not an http or https address")
    if not host or re.search(r"[\s<>\"\\^`{|}]", host):
        raise Malformed("bad_url", f"{_shown(text)} has no host")
    name = f"[{host}]" if ":" in host else host
    netloc = name if port is None else f"{name}:{port}"
    return _Parts(parts.scheme.lower(), netloc, host, parts.path, parts.query)


def _shown(url: str) -> str:
    return repr(url if len(url) <= 80 else url[:77] + "...")


def _host(scheme: str, netloc: str) -> str:
    host = netloc.removesuffix(f":{_PORTS[scheme]}").rstrip(".")
    try:
        return host.encode("idna").decode("ascii").lower()
    except UnicodeError:
        return host.lower()


def _canonical_path(path: str) -> str:
    decoded = quote(unquote(path, errors="surrogateescape").encode("utf-8", "surrogateescape"), safe=_PATH_SAFE)
    parts = decoded.split("/")
    segments = [segment for at, segment in enumerate(parts) if not _is_amp(parts, at)]
    joined = "/".join(segments).replace(".amp.html", ".html")
    return joined if joined.startswith("/") else "/" + joined


def _is_amp(segments: list[str], at: int) -> bool:
    """`/amp/...`, `.../amp` and `.../amp/` are the same page for phones; `/music/amp/review` is not."""
    first, last = 1, len(segments) - (2 if not segments[-1] else 1)
    return segments[at] == "amp" and at in (first, last) and last > first


def _kept_parameters(query: str) -> list[tuple[str, str]]:
    return [(k, v) for k, v in parse_qsl(query, keep_blank_values=True) if not _is_tracking(k.lower(), v.lower())]


def _is_tracking(name: str, value: str) -> bool:
    if name == "amp" or (name == "outputtype" and value == "amp"):
        return True
    return name in TRACKING_PARAMETERS or name.startswith(TRACKING_PREFIXES)


@lru_cache(maxsize=4_096)
def _registered(host: str) -> str | None:
    found = get_fld(f"https://{host}", fail_silently=True)
    return found if isinstance(found, str) else None
