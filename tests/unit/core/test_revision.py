"""What a version changes of the one before it, told from a record of a few hundred bytes."""

import numpy as np
import pytest

from streams.contracts.events import Changes
from streams.core.outline import MAX_PARAGRAPHS, outline, unpack
from streams.core.revision import MAX_NOTE_CHARS, changes, with_note
from streams.core.wording import Paragraphs, read_article
from tests.clean_articles import report

OLD = report(1, sentences=12).split("\n\n")
# Each paragraph in words of its own: made-up reports share theirs more than news do.
LONG = [" ".join(f"word{number * 20 + at}" for at in range(20)) for number in range(200)]
OTHER = [part.replace("word", "other") for part in LONG[:12]]


def found(old: list[str], new: list[str]) -> Changes:
    """Return what changed between two texts of which the first is only remembered."""
    text = "\n\n".join(new)
    return changes(unpack(outline(words_of(old)).pack()), words_of(new), text, title=False)


def words_of(parts: list[str]) -> Paragraphs:
    return read_article("", "\n\n".join(parts)).paragraphs


def nothing(**but: object) -> Changes:
    return Changes.model_validate({"title": False, **but})


@pytest.mark.parametrize(
    ("new", "named"),
    [
        (OLD, {}),
        ([OTHER[0], *OLD], {"added": [0]}),
        ([*OLD[:5], *OTHER[:2], *OLD[5:]], {"added": [5, 6]}),
        ([*OLD, OTHER[0]], {"added": [12]}),
        (OLD[1:], {"removed": [0]}),
        ([*OLD[:3], *OLD[5:]], {"removed": [3, 4]}),
        ([*OLD[:3], OTHER[0], *OLD[4:]], {"added": [3], "removed": [3]}),
        ([*OLD[:3], OLD[3].replace(" the ", " this "), *OLD[4:]], {"altered": [3]}),
        ([*OLD[:3], OLD[3] + " " + OTHER[0], *OLD[4:]], {"altered": [3]}),
        ([OTHER[0], *OLD[:3], OLD[3] + " Yes.", *OLD[5:]], {"added": [0], "altered": [4], "removed": [4]}),
        ([*OLD[:2], *OLD[3:8], OLD[2], *OLD[8:]], {"moved": [7]}),
        ([*OLD[:2], OLD[2] + " " + OLD[3], *OLD[4:]], {}),
        ([*OLD[:2], " ".join(OLD[2].split()[:6]), " ".join(OLD[2].split()[6:]), *OLD[3:]], {}),
        ([*OLD[:2], OLD[2] + " " + OLD[3], *OLD[4:], OTHER[4]], {"added": [11]}),
        ([*OLD[:4], "* * *", *OLD[4:-1]], {"removed": [11]}),
        ([part.upper().replace(" ", "  ") for part in OLD], {}),
        ([OLD[0], " ".join(reversed(OLD[1].split())), *OLD[2:]], {"altered": [1]}),
        (OTHER, {"added": list(range(12)), "removed": list(range(12))}),
    ],
)  # fmt: skip
def test_what_changed_is_named(new: list[str], named: dict[str, list[int]]) -> None:
    assert found(OLD, new) == nothing(**named)


def test_places_count_the_lines_that_are_not_compared() -> None:
    old = ["By Ana Petrov", "LONDON (AP) — " + OLD[0], *OLD[1:]]
    new = ["By Tom Lee", "Updated 5 May 2020", *OLD[:6], OTHER[0], *OLD[7:]]
    assert found(old, new) == nothing(added=[8], removed=[7])


def test_lines_of_the_outlet_are_known_again_where_they_no_longer_are_at_the_edge() -> None:
    old = ["LONDON (AP) — " + OLD[0], *OLD[1:], "(Reporting by Ana Petrov)", "All rights reserved."]
    assert found(old, [OTHER[0], *old, OTHER[1]]) == nothing(added=[0, 15])
    assert found(old, [*old[:-2], "(Reporting by Tom Lee)"]) == nothing()


def test_of_a_long_text_the_beginning_is_compared() -> None:
    assert found(LONG, LONG) == nothing(uncompared=len(LONG) - MAX_PARAGRAPHS)
    assert found(LONG, [OTHER[0], *LONG[:3], *LONG[4:]]) == nothing(
        added=[0], removed=[3], uncompared=len(LONG) - MAX_PARAGRAPHS
    )
    short = LONG[:MAX_PARAGRAPHS]
    assert found(short, [*OTHER, *short]) == nothing(added=list(range(12)))
    pushed_out = found(short, [*LONG[MAX_PARAGRAPHS:], *short])
    assert pushed_out == nothing(uncompared=len(LONG))


@pytest.mark.parametrize("count", [0, 1, 12, 40, MAX_PARAGRAPHS, 200])
def test_a_record_is_small_and_comes_back(count: int) -> None:
    kept = outline(words_of(LONG[:count]))
    packed = kept.pack()
    again = unpack(packed)
    width = again.sketches.shape[1]
    assert len(packed) <= 608
    assert (again.header, again.footer, again.total) == (kept.header, kept.footer, kept.total)
    assert again.hashes.tolist() == kept.hashes.tolist()
    assert np.array_equal(again.sketches, kept.sketches[:, :width])


def test_a_new_note_is_named_and_not_as_an_added_paragraph() -> None:
    note = "Correction: An earlier version named the wrong town."
    new = [*OLD, OTHER[0], note]
    noted = with_note(found(OLD, new), "A title", "\n\n".join(new))
    assert noted == nothing(added=[12], note=note)
    long = [note + " It was not so." * 100, *OLD]
    assert with_note(found(OLD, long), "A title", "\n\n".join(long)).note == long[0][:MAX_NOTE_CHARS]
    in_title = with_note(found(OLD, OLD), "CORRECTED: A title", "\n\n".join(OLD))
    assert in_title == nothing(note="CORRECTED: A title")
