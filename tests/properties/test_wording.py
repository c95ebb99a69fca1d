"""An article is read at once, and its parts are what they are when each is read by itself."""

from hypothesis import example, given, settings
from hypothesis import strategies as st

from streams.core.scan import TELLS
from streams.core.wording import Wording, correction_note, paragraphs, parted, read, read_article, substance

LINES = (
    "By Jane Doe", "(AP)", "OSLO, May 5 (Reuters) - The U.S. storm of 1,250.5", "The bridge is shut. REUTERS",
    "Reporting by Ann Roe", "All rights reserved.", "Correction: the bridge is in Bergen.", "* * *", "\u6771\u4eac",
    "U.", "S. and one", "1,", "250", "a\u0301", "\u0301b", "per", "cent", "Per cent of it (editing by Tom Lee)", "",
)  # fmt: skip
TEXTS = st.lists(st.sampled_from(LINES) | st.text(max_size=12), max_size=14).map("\n".join)
TITLES = st.sampled_from(LINES) | st.text(max_size=12)


def told(wording: Wording) -> list[list[int]]:
    return [of_each.tolist() for of_each in wording]


@given(TITLES, TEXTS)
@settings(max_examples=400, deadline=None)
@example("", "")
@example("U.", "S.")
@example("one\ntwo", "\n".join(LINES))
def test_parts_of_an_article_are_as_if_read_alone(title: str, text: str) -> None:
    reading = read_article(title, text)
    assert told(reading.heading) == told(read(title))
    assert told(reading.body) == told(read(substance(text)))
    assert reading.note == correction_note(title, text)


@given(TEXTS)
@settings(max_examples=200, deadline=None)
def test_paragraphs_are_all_that_the_text_holds(text: str) -> None:
    found, parts = read_article("A title", text).paragraphs, paragraphs(text)
    out = parted(text)
    assert (found.header, found.footer, len(found.ends)) == (len(out.header), len(out.footer), len(parts))
    starts = [0, *found.ends.tolist()[:-1]]
    edges = {found.header, len(parts) - found.footer - 1}  # without dateline and credits
    for place, (start, end) in enumerate(zip(starts, found.ends.tolist(), strict=True) if parts else ()):
        alone = read(parts[place])
        if place not in edges:
            assert found.hashes[start:end].tolist() == alone.hashes.tolist()
            assert (found.facts[start:end] & TELLS > 0).tolist() == alone.telling.tolist()
    assert len(found.hashes) == len(found.facts) == (int(found.ends[-1]) if parts else 0)
