import pytest
from lxml import html  # type: ignore[import-untyped]

from streams.core.page_tree import MAX_ASIDE_CHARS, without_asides


def left(markup: str) -> str:
    tree = html.fromstring(f"<html><body><p>before</p>{markup}<p>after</p></body></html>")
    without_asides(tree)
    return " ".join(tree.text_content().split())


@pytest.mark.parametrize(
    "names",
    ["class='related-stories'", "class='x inlineNewsletter box'", "class='visually-hidden'", "id='read-more'",
     "class='articleLinkBlock'", "class='photo__caption'", "class='hidden-print'", "data-nosnippet"],
)  # fmt: skip
def test_what_is_named_as_an_aside_goes(names: str) -> None:
    assert left(f"<div {names}><span class='caption'>aside</span></div>x") == "before x after".replace(" x ", "x")


@pytest.mark.parametrize("names", ["class='body'", "class='credible'", "class='uncaptioned'", "id='hide'", ""])
def test_other_names_say_nothing(names: str) -> None:
    assert left(f"<div {names}>kept</div>") == "beforekeptafter"


def test_what_is_long_stays_whatever_its_name() -> None:
    text = "word " * MAX_ASIDE_CHARS
    assert "word" in left(f"<div class='promo'>{text}</div>")
