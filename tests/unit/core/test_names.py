import pytest

from streams.core import names
from streams.core.names import CACHED_CHARS, fold, words_of


@pytest.mark.parametrize(
    ("name", "key"),
    [("The  Hague", "hague"), ("U.S.", "US"), ("us", "us"), ("O’Neill", "o'neill"), ("A&E", "A&E"), ("", "")],
)
def test_a_key_is_the_name_as_far_as_spellings_agree(name: str, key: str) -> None:
    assert fold(name) == fold(name) == key


def test_what_a_caller_does_with_words_stays_with_him() -> None:
    words_of("Yoon, Suk-yeol").append("changed")
    assert words_of("Yoon, Suk-yeol") == ["yoon", "suk-yeol"]


def test_long_names_are_not_kept() -> None:
    long = "The " + "Very " * CACHED_CHARS + "Long González"
    sizes = [one.cache_info().currsize for one in (names._known_key, names._known_words)]
    assert fold(long) == long[4:].casefold()
    assert words_of(long)[-2:] == ["long", "gonzalez"]
    assert sizes == [one.cache_info().currsize for one in (names._known_key, names._known_words)]
