import pytest

from streams.contracts.errors import Malformed
from streams.core.headline import read_title


@pytest.mark.parametrize(
    ("title", "source", "url", "clean"),
    [
        ("Talks go on - The New York Times", "nytimes.com", None, "Talks go on"),
        ("Talks go on | BBC News", "bbc.co.uk", None, "Talks go on"),
        ("Talks go on – WSJ", "wall street journal", "https://www.wsj.com/a", "Talks go on"),
        ("Talks go on — Example Herald", "exampleherald.com", None, "Talks go on"),
        ("Talks go on - Wall Street Journal", "wsj.com", None, "Talks go on"),
        ("Talks go on - Example Herald", "example herald", None, "Talks go on"),
        ("Talks go on - and on", "nytimes.com", None, "Talks go on - and on"),
        ("Talks - what we know so far about the whole of it", "what.org", None, None),
        ("Talks - ?", "example.org", None, "Talks - ?"),
        (" <b>Tom&#39;s</b>\n caf\u0065\u0301 ", "example.org", None, "Tom's café"),
    ],
)
def test_a_title_is_one_clean_line(title: str, source: str, url: str | None, clean: str | None) -> None:
    found = read_title(title, source, url)
    assert found.title == (clean or title)
    assert bool(found.removed) == (title.startswith("Talks go on") and clean == "Talks go on")


@pytest.mark.parametrize("title", ["<b></b>", "&nbsp;", "\u200b", "---"])
def test_a_title_without_a_letter_is_none(title: str) -> None:
    with pytest.raises(Malformed, match="no_title"):
        read_title(title, "example.org", None)
