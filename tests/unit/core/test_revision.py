"""What a version changes of the one before it, told from a record of a few hundred bytes."""

import numpy as np
import pytest

from streams.contracts.events import Changes
from streams.core.outline import MAX_PARAGRAPHS, MAX_READ, outline, unpack
from streams.core.pairing import MAX_WORDS
from streams.core.revision import MAX_NOTE_CHARS, changes, with_note
from streams.core.wording import Paragraphs, read_article
from tests.clean_articles import report

OLD = report(1, sentences=12).split("\n\n")
# Each paragraph in words of its own: made-up reports share theirs more than news do.
LONG = [" ".join(f"word{number * 20 + at}" for at in range(20)) for number in range(200)]
OTHER = [part.replace("word", "other") for part in LONG[:12]]
THIRDS = [" ".join(OLD[2].split()[at : at + 4]) for at in (0, 4)] + [" ".join(OLD[2].split()[8:])]
CHINESE = [
    "东京的桥梁在风暴中倒塌，三人受伤。", "政府说修复需要两年时间，费用很高。", "当地居民批评政府的反应太慢。",
    "学校将于周一重新开放，考试推迟。",
]  # fmt: skip
THAI = ["สะพานในกรุงเทพพังลงเมื่อคืนนี้", "รัฐบาลกล่าวว่าจะซ่อมแซมภายในสองปี", "ชาวบ้านวิจารณ์รัฐบาลว่าช้าเกินไป"]


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
        ([*OLD[:2], " ".join(OLD[2:9]), *OLD[9:]], {}),
        ([*OLD[:2], " ".join(OLD[2:9]), *OLD[10:]], {"removed": [9]}),
        ([*OLD[:2], *THIRDS, *OLD[3:]], {}),
        ([*OLD[:2], " ".join(THIRDS[:2]), OTHER[0], OTHER[1], THIRDS[2], *OLD[3:]], {"added": [3, 4]}),
        ([*OLD[6:], *OLD[:6]], {"moved": [6, 7, 8, 9, 10, 11]}),
        ([OLD[0], *OLD[2:7], OLD[1] + " At last.", *OLD[7:]], {"altered": [6]}),
        ([OLD[3] + " At last.", *OLD[5:], *OLD[:3], OLD[4]], {"moved": [8, 9, 10, 11], "altered": [0]}),
        ([], {"removed": list(range(12))}),
        (["* * *", "\u2014"], {"removed": list(range(12))}),
    ],
)  # fmt: skip
def test_what_changed_is_named(new: list[str], named: dict[str, list[int]]) -> None:
    assert found(OLD, new) == nothing(**named)


@pytest.mark.parametrize(
    ("old", "new", "named"),
    [
        (CHINESE, [CHINESE[0], CHINESE[1].replace("两", "三"), *CHINESE[2:]], {"altered": [1]}),
        (CHINESE, [CHINESE[0], "气象台警告说明天还会有大雨。", *CHINESE[1:]], {"added": [1]}),
        (CHINESE, [*CHINESE[1:], CHINESE[0]], {"moved": [3]}),
        (CHINESE, [CHINESE[0] + CHINESE[1], *CHINESE[2:]], {}),
        (THAI, [THAI[0], THAI[1].replace("สอง", "สาม"), THAI[2]], {"altered": [1]}),
        (THAI, THAI[:2], {"removed": [2]}),
    ],
)  # fmt: skip
def test_languages_without_spaces(old: list[str], new: list[str], named: dict[str, list[int]]) -> None:
    assert found(old, new) == nothing(**named)


def test_paragraphs_in_which_no_word_tells_are_compared_by_all_words() -> None:
    table = ["12 14 15 16", "22 24 25 26", "32 34 35 36"]
    assert found(table, [table[0], "22 24 27 26", table[2]]) == nothing(altered=[1])
    assert found(["It was he.", *OLD], ["It was she.", *OLD]) == nothing(altered=[0])


def test_a_text_without_paragraphs() -> None:
    assert found([], []) == found(["* * *"], []) == nothing()
    assert found([], [OLD[0]]) == nothing(added=[0])
    one = " ".join(OLD)
    assert found([one], [one + " " + OTHER[0]]) == nothing(altered=[0])
    assert found([one], OLD) == found(OLD, [one]) == nothing()
    assert found([one], [OTHER[0]]) == nothing(added=[0], removed=[0])


def test_ten_thousand_paragraphs_are_read_up_to_a_limit() -> None:
    many = [f"{LONG[number % 200]} number{number}" for number in range(10_000)]
    words = words_of(many)
    assert len(outline(words).pack()) <= 608
    assert len(outline(words, MAX_READ).hashes) == MAX_READ
    assert found(many, [OTHER[0], *many]) == nothing(added=[0], uncompared=len(many) - MAX_PARAGRAPHS)
    assert found(many, [" ".join(many)]) == nothing()  # the rest is not remembered
    assert found(many, many[::-1]) == nothing(uncompared=len(many))


def test_a_search_within_a_paragraph_has_an_end() -> None:
    long = " ".join(f"word{at}" for at in range(MAX_WORDS + 1))
    assert found([long, OLD[1]], [f"{long} {OLD[1]}"]) == nothing(altered=[0], removed=[1])
    short = " ".join(long.split()[1:])
    assert found([short, OLD[1]], [f"{short} {OLD[1]}"]) == nothing()
    again = [" ".join(["again"] * (at + 1)) for at in range(MAX_PARAGRAPHS)]
    assert found(again, [" ".join(["again"] * 5_000)] * 4).removed


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
