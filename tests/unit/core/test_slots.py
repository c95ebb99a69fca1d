"""Figures and names in plain text."""

from streams.core.fingerprint import MAX_NUMBERS, exchanged, fingerprint
from streams.core.slots import Slot, Slots, figures_and_names
from streams.core.wording import read, read_article

REPORT = (
    "The ferry company said on Monday that profit rose {rise} percent to {profit} million dollars. Chief executive"
    " {boss} spoke of a good year, in which three ships were built."
)


def compared(earlier: str, later: str) -> tuple[Slots, Slots]:
    return figures_and_names(earlier, read(earlier), later, read(later))


def test_what_differs_is_told_with_its_surroundings() -> None:
    one = REPORT.format(rise=5, profit="18.2", boss="Dale Wachowski")
    figures, names = compared(one, REPORT.format(rise=7, profit="18.2", boss="Martin Oakes"))
    assert [(pair.earlier.text, pair.later.text) for pair in figures.other] == [
        ("profit rose 5 percent to", "profit rose 7 percent to"),
    ]
    assert figures.other[0].earlier == Slot("profit rose ", "5", " percent to")
    assert [pair.later.value for pair in figures.same] == ["18.2", "three"]
    assert {(pair.earlier.text, pair.later.text) for pair in names.other} == {
        ("Chief executive Dale Wachowski spoke", "Chief executive Martin Oakes spoke"),
    }
    assert [pair.earlier.value for pair in names.same] == ["Monday", "Chief"]
    assert figures.conflict == 1 / 3


def test_what_only_one_text_has_is_no_conflict() -> None:
    one = REPORT.format(rise=5, profit="18.2", boss="Dale Wachowski")
    figures, names = compared(one, one + " The next ship, the Aurora, will cost 90 million.")
    assert ([slot.value for slot in figures.only_later], figures.only_earlier, figures.conflict) == (["90"], (), 0.0)
    assert [slot.text for slot in names.only_later] == ["ship, the Aurora, will"]


def test_surroundings_end_with_the_text() -> None:
    figures, names = compared("5", "Oslo")
    assert figures.only_earlier == (Slot("", "5", ""),)
    assert names.only_later == (Slot("", "Oslo", ""),)
    assert compared("", "") == (Slots((), (), (), (), sampled=False), Slots((), (), (), (), sampled=False))


def test_it_is_what_fingerprints_count_also_where_they_are_samples() -> None:
    for share in (1, 3, 10):
        one = " ".join(f"word{n} item{n} costs {n} crowns" for n in range(300))
        other = " ".join(f"word{n} item{n} costs {n + (n % share == 0)} crowns" for n in range(300))
        figures, _ = compared(one, other)
        marks = [fingerprint(read_article("t", text)) for text in (one, other)]
        assert (len(figures.same), len(figures.other)) == exchanged(marks[0].numbers, marks[1].numbers, MAX_NUMBERS)
        assert figures.sampled
