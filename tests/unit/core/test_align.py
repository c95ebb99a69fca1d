"""Two texts side by side."""

import random

import pytest

from streams.core.align import Alignment, Counts, Piece, Row, align, align_line, stretches

ONE = "The council met on Monday.\n\nShares rose 5 percent to 41.0 dollars after the report.\n\nNobody was hurt."


def changes(found: Alignment) -> str:
    signs = {"same": " ", "altered": "~", "removed": "-", "added": "+"}
    return "".join(signs[row.change] for row in found.rows)


def test_the_words_of_an_altered_paragraph_are_told() -> None:
    found = align(ONE, ONE.replace("5 percent", "7 percent").replace(" after the report", ""))
    assert changes(found) == " ~ "
    assert found.rows[1].pieces == (
        Piece("same", "Shares rose ", "Shares rose "),
        Piece("altered", "5 percent ", "7 percent "),
        Piece("same", "to 41.0 dollars ", "to 41.0 dollars."),
        Piece("removed", "after the report.", ""),
    )
    assert found.words == Counts(5 + 5 + 3, 4, 1)


def test_what_is_read_as_the_same_word_is_the_same() -> None:
    later = "THE COUNCIL MET ON MONDAY!\n\nShares rose five per cent to 41.0 dollars – after the report"
    later += "\n\n“Nobody was hurt”"
    found = align(ONE, later)
    assert changes(found) == "   "
    assert found.rows[0].later == "THE COUNCIL MET ON MONDAY!"


def test_paragraphs_come_and_go() -> None:
    parts = ONE.split("\n\n")
    assert changes(align(ONE, "\n\n".join([parts[0], "A new one.", *parts[1:]]))) == " +  "
    assert changes(align(ONE, "\n\n".join(parts[1:]))) == "-  "
    assert changes(align(ONE, "It is something else altogether.")) == "---+"
    assert changes(align("", ONE)) == "+++"
    assert align("", "") == Alignment((), Counts(0, 0, 0))


def test_a_line_without_words_is_a_word() -> None:
    found = align("a line\n\n***\n\nof text", "a line\n\n---\n\nof text")
    assert changes(found) == " -+ "


def test_alike_paragraphs_are_paired_in_the_order_of_both() -> None:
    parts = ["Lima builds a harbour for ten ships.", "Oslo votes on Sunday night.", "Riga bakes bread again today."]
    later = [part.replace(".", " now.") for part in (parts[1], parts[0], parts[2])]
    found = align("\n\n".join(parts), "\n\n".join(later))
    assert found.paragraphs("altered") == 2
    assert found.paragraphs("removed") == found.paragraphs("added") == 1
    assert [row.later for row in found.rows if row.later] == later


def test_headlines_are_counterparts_whatever_they_say() -> None:
    found = align_line("Old title", "Something new")
    assert found.rows == (
        Row("altered", "Old title", "Something new", (Piece("altered", "Old title", "Something new"),)),
    )
    assert align_line("Old title", "OLD TITLE!").rows[0].change == "same"
    assert align_line("", "").rows[0].change == "same"


def test_scripts_without_spaces_are_aligned_by_character() -> None:
    [row] = align("東京で国際会議が開かれた。", "東京で国内会議が開かれた。").rows
    assert [piece.change for piece in row.pieces] == ["same", "altered", "same"]
    assert (row.pieces[1].earlier, row.pieces[1].later) == ("際", "内")


def made(rng: random.Random, words: int, vocabulary: int, per_paragraph: int) -> str:
    text = rng.choices([f"w{n}" for n in range(vocabulary)], [1 / (n + 1) for n in range(vocabulary)], k=words)
    return "\n\n".join(" ".join(text[at : at + per_paragraph]) for at in range(0, words, per_paragraph))


@pytest.mark.parametrize(
    ("vocabulary", "per_paragraph", "kept"),
    [(8_000, 50, 0.9), (8_000, 20_000, 0.9), (8_000, 1, 0.9), (2, 20_000, 0.0), (2, 1, 0.0)],
)
def test_the_work_is_bounded(vocabulary: int, per_paragraph: int, kept: float) -> None:
    """Texts of 20,000 words, a twentieth of them exchanged; those of two words are what no article is."""
    rng = random.Random(7)
    earlier = made(rng, 20_000, vocabulary, per_paragraph)
    later = "".join(f"x{char}" if char == "w" and rng.random() < 0.05 else char for char in earlier)
    found = align(earlier, later)
    assert found.words.same + found.words.only_earlier == found.words.same + found.words.only_later == 20_000
    assert found.words.same >= kept * 20_000


def test_stretches_are_split_at_what_is_unique() -> None:
    rng = random.Random(3)
    middle = [f"m{n}" for n in range(40)]
    a = [item for one in middle for item in (one, *rng.choices("ab", k=200))]
    b = [item for one in middle for item in (one, *rng.choices("ab", k=200))]
    equal = [(a[i], b[j]) for same, in_a, in_b in stretches(a, b) if same for i, j in zip(in_a, in_b, strict=True)]
    assert all(one == other for one, other in equal)
    assert {one for one, _ in equal} >= set(middle)
    assert [*stretches(a, a)] == [(True, range(len(a)), range(len(a)))]


def test_many_altered_paragraphs_find_their_counterparts() -> None:
    parts = [f"In town {n} the council number {n} met about bridge b{n} and road r{n} on a day." for n in range(120)]
    later = [part.replace(" on a day", " at night") for part in parts]
    found = align("\n\n".join(parts), "\n\n".join(later))
    assert found.paragraphs("altered") == 120
