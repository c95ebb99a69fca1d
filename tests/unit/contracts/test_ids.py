from uuid import uuid5

import pytest

from streams.contracts import ids
from streams.contracts.errors import Malformed


@pytest.mark.parametrize(
    ("given", "canonical"),
    [
        ("https://example.org/a", "https://example.org/a"),
        ("HTTPS://WWW.Example.ORG:443/a#part", "https://www.example.org/a"),
        ("http://example.org:80/a", "http://example.org/a"),
        ("http://example.org:8080/a", "http://example.org:8080/a"),
        ("https://example.org", "https://example.org/"),
        ("https://example.org/a?utm_source=x&id=7&fbclid=y&gclid=z", "https://example.org/a?id=7"),
        ("https://example.org/a?b=2&a=1", "https://example.org/a?a=1&b=2"),
        ("https://example.org/news/talks/amp", "https://example.org/news/talks"),
        ("https://example.org/news/talks/amp/", "https://example.org/news/talks/"),
        ("https://example.org/amp/news/talks", "https://example.org/news/talks"),
        ("https://example.org/music/amp/review", "https://example.org/music/amp/review"),
        ("https://example.org/amp", "https://example.org/amp"),
        ("https://example.org/a.amp.html?amp=1&outputType=amp", "https://example.org/a.html"),
        ("https://example.org/a%7Eb/\u00e9", "https://example.org/a~b/%C3%A9"),
        ("https://b\u00fccher.example/x", "https://xn--bcher-kva.example/x"),
        (" https://example.org/a ", "https://example.org/a"),
        ("https://example.org./a", "https://example.org/a"),
        ("http://[2001:db8::1]/story", "http://[2001:db8::1]/story"),
        ("http://user@[2001:DB8::1]:8080/story", "http://[2001:db8::1]:8080/story"),
        ("https://[2001:db8::443]:443/story", "https://[2001:db8::443]/story"),
        ("https://[::ffff:192.0.2.1]/story", "https://[::ffff:192.0.2.1]/story"),
    ],
)
def test_canonical_url_drops_what_does_not_identify_the_page(given: str, canonical: str) -> None:
    assert ids.canonical_url(given) == canonical
    assert ids.canonical_url(canonical) == canonical


@pytest.mark.parametrize(
    "given",
    [
        "ftp://example.org/a",
        "javascript:alert(1)",
        "example.org/a",
        "https:///a",
        "https://[::1",
        "https://[v1.x:y]/a",
        "https://[::1%25\u00e9 x]/a",
        "https://exa mple.org/a",
        "https://example.org:99999/a",
        "https://example.org/\ud83d",
        "https://example.org/" + "a" * 2_100,
    ],
)
def test_what_is_not_an_address_is_refused_with_a_reason(given: str) -> None:
    with pytest.raises(Malformed) as error:
        ids.canonical_url(given)
    assert error.value.reason == "bad_url"
    assert len(error.value.message) < 200


def test_scheme_and_trailing_slash_are_not_part_of_the_identity() -> None:
    of = [
        ids.identity(url=url, guid=None, feed_url=None, source=None)
        for url in ("http://example.org/a/", "https://example.org/a", "https://example.org/a?utm_medium=mail")
    ]
    assert len(set(of)) == 1


def test_an_ipv6_address_is_an_identity() -> None:
    of = [
        ids.identity(url=url, guid=None, feed_url=None, source=None)
        for url in ("http://[2001:db8::1]/a", ids.canonical_url("https://[2001:DB8::1]:443/a/"))
    ]
    assert of == ["url://[2001:db8::1]/a"] * 2


def test_a_guid_is_unique_within_its_feed_only() -> None:
    one = ids.identity(url=None, guid="1", feed_url="https://a.example/feed", source=None)
    other = ids.identity(url=None, guid="1", feed_url=None, source="b.example")
    assert one != other


@pytest.mark.parametrize("guid", ["1", None, ""])
def test_no_address_and_no_scoped_guid_is_no_identity(guid: str | None) -> None:
    with pytest.raises(Malformed) as error:
        ids.identity(url=None, guid=guid, feed_url=None, source=None)
    assert error.value.reason == "no_identity"


@pytest.mark.parametrize(
    ("url", "domain"),
    [
        ("https://www.bbc.co.uk/news/1", "bbc.co.uk"),
        ("https://edition.cnn.com/x", "cnn.com"),
        ("https://www.harbour-courier.example/x", "harbour-courier.example"),
        ("http://127.0.0.1/x", "127.0.0.1"),
        ("http://[2001:db8::1]:8080/x", "2001:db8::1"),
    ],
)
def test_registered_domain(url: str, domain: str) -> None:
    assert ids.registered_domain(url) == domain


def test_ids_never_change() -> None:
    # Written down once: a change of any of these breaks every consumer that stored an id.
    assert ids.article_id("url://example.org/a") == "299bceb4-e6e9-50f7-b17b-67d80c5f7747"
    assert ids.event_id("CleanArticle", "news.raw/e/0/1", "0.1.0+x") == "51245e8c-4a5b-50b0-99ff-636082f8fcef"
    assert ids.entity_id("PERSON", "Imran Khan") == "4cedffea-fe07-5e72-b90b-f235a4e0c700"
    assert ids.story_id("x") == "a3a24d1d-3320-5b4a-af2f-97dd217940a4"


def test_ids_are_version_5_uuids() -> None:
    for number in range(64):  # all digits in the place of the variant
        name = f"Zo\u00eb Novak {number}"
        assert ids.entity_id("PERSON", name) == str(uuid5(ids.NAMESPACE, f"entity\nPERSON\n{name}\n"))


def test_ids_of_different_kinds_never_meet() -> None:
    found = {ids.article_id("x"), ids.event_id("x", "", ""), ids.entity_id("x", ""), ids.story_id("x")}
    assert len(found) == 4


def test_a_pipeline_names_all_versions_that_took_part() -> None:
    assert ids.pipeline_after("1.0.0+aaaa", "1.0.0+aaaa") == "1.0.0+aaaa"
    mixed = ids.pipeline_after("1.0.0+aaaa", "1.1.0+bbbb")
    assert mixed.startswith("1.0.0+")
    assert mixed != ids.pipeline_after("1.1.0+bbbb", "1.0.0+aaaa")
    assert mixed == ids.pipeline_after("1.0.0+aaaa", "1.1.0+bbbb")
