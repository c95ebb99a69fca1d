import pytest

from streams.contracts.origin import Origin, parse_origin


def test_an_origin_is_read_as_it_is_written() -> None:
    origin = Origin("x.news.raw", "AAA-_b", 3, 17)
    assert str(origin) == "x.news.raw/AAA-_b/3/17"
    assert parse_origin(str(origin)) == origin


@pytest.mark.parametrize(
    "text", ["", "a/b/1", "a/b/1/", "a/b/x/1", "a/b/-1/1", "/b/1/1", "a//1/1", "a/b/1/²", "a/b/1/" + "9" * 19]
)
def test_what_is_no_origin_is_none(text: str) -> None:
    assert parse_origin(text) is None
