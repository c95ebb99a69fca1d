"""The words that are looked for first, because that is quick, stand in all that the slow patterns find."""

import re
from collections.abc import Sequence

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from streams.core import boilerplate

ASCII = st.characters(min_codepoint=0x20, max_codepoint=0x7E)
PREFILTERED = [
    (boilerplate._REACHED, boilerplate._REACHED_HINTS),
    *((pattern, hints) for hints, pattern in boilerplate._PROMOTION_WITH),
]
ANYTHING = list(HealthCheck)  # the patterns are not made to be generated from


def check(data: st.DataObject, pattern: re.Pattern[str], hints: Sequence[str]) -> None:
    text = data.draw(st.from_regex(pattern, fullmatch=True, alphabet=ASCII))
    assert boilerplate._has(text.lower(), hints), text


@pytest.mark.slow
@pytest.mark.parametrize(("pattern", "hints"), PREFILTERED)
@settings(max_examples=50, deadline=None, suppress_health_check=ANYTHING)
@given(data=st.data())
def test_what_a_pattern_finds_has_one_of_its_hints(
    data: st.DataObject, pattern: re.Pattern[str], hints: Sequence[str]
) -> None:
    check(data, pattern, hints)


@pytest.mark.slow
@settings(max_examples=1_500, deadline=None, suppress_health_check=ANYTHING)  # it has some forty alternatives
@given(data=st.data())
def test_whatever_is_offered_has_one_of_its_hints(data: st.DataObject) -> None:
    check(data, boilerplate._OFFERED, boilerplate._OFFER_HINTS)
