import pytest

from streams.contracts.events import Mention
from streams.core.metonymy import stands_for_government


def mentions(name: str, text: str) -> list[Mention]:
    starts = [at for at in range(len(text)) if text.startswith(name, at)]
    return [Mention(start=at, end=at + len(name), text=name) for at in starts]


@pytest.mark.parametrize(
    "text",
    ["Oslo said it would answer.", "Oslo has repeatedly denied this.", "Oslo's foreign policy is old.",
     "Talks with Oslo go on.", "The talks between Lima and Oslo failed.", "Tensions between Oslo and Lima rose.",
     "Oslo condemned it. In Oslo it rained.",
     "Oslo signed a treaty with Lima.", "Last week, Oslo sent a letter.",
     "It set out Oslo’s perspective, and Oslo's plans. In Oslo it rained."],
)  # fmt: skip
def test_a_capital_that_acts_stands_for_its_government(text: str) -> None:
    assert stands_for_government(text, mentions("Oslo", text))


@pytest.mark.parametrize(
    "text",
    ["It rained in Oslo.", "A man in Oslo said so.", "Oslo is large.", "She flew to Oslo, said her brother.",
     "Oslo's harbour is deep.", "Oslo said so. In Oslo, near Oslo, it rained.", ""],
)  # fmt: skip
def test_a_capital_where_something_is_does_not(text: str) -> None:
    assert not stands_for_government(text, mentions("Oslo", text))
