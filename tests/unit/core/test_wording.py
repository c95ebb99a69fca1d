"""What a comparison reads in a text, and what it passes over."""

import pytest

from streams.core.tokens import placed
from streams.core.wording import Substance, correction_note, parted, read, read_article, substance


def words_of(text: str) -> tuple[str, ...]:
    return placed(text).words


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Prices rose 5% in May", "prices rose 5 percent in May"),
        ("Prices rose 5 per cent", "PRICES ROSE 5 PCT!"),
        ("“It’s over,” she said — twice", '"It\'s over," she said - twice'),
        ("the U.S. economy", "the US economy"),
        ("in the U.S", "in the US"),
        ("J.K. Rowling", "JK Rowling"),
        ("नेता J.K. मंत्री", "नेता JK मंत्री"),
        ("1,234,567 votes", "1234567 votes"),
        ("three of 12", "3 of twelve"),
        ("ﬁrst  line\n\nsecond", "first line second"),
    ],
)
def test_house_style_does_not_change_the_words(one: str, other: str) -> None:
    assert words_of(one) == words_of(other)
    assert read(one).hashes.tolist() == read(other).hashes.tolist()


@pytest.mark.parametrize(
    ("one", "other"), [("1.5 million", "15 million"), ("6-1/4", "6-1/8"), ("1,5 Grad", "15 Grad"), ("not up", "up")]
)
def test_what_differs_stays_different(one: str, other: str) -> None:
    assert words_of(one) != words_of(other)
    assert read(one).hashes.tolist() != read(other).hashes.tolist()


def test_names_are_written_with_a_capital_and_never_without() -> None:
    text = "The Bank met Anna Berg. Berg said a bank is no island. I agree."
    assert [words_of(text)[at] for at in read(text).names_at] == ["anna", "berg", "berg"]


def test_scripts_without_spaces_are_read_by_character() -> None:
    assert words_of("東京で会議、G7も") == ("東", "京", "で", "会", "議", "g7", "も")
    assert len(words_of("นายกรัฐมนตรี")) > 5
    assert words_of("서울에서 회의") == ("서울에서", "회의")


def test_marks_belong_to_their_word() -> None:
    assert words_of("हिन्दी समाचार") == ("हिन्दी", "समाचार")


LEAD = "The council met on Monday and approved the new harbour."
LAST = "The work will take two years."


@pytest.mark.parametrize(
    "header",
    [
        "By Jane Doe and John Roe", "BY STAFF WRITER", "Written by: Ana Petrov", "(AP)",
        "Reuters", "The Associated Press",
        "Updated 5 May 2020, 10:30", "Published: Tuesday", "May 5, 2020", "Tuesday, 5 May 2020 10:30 GMT",
    ],
)  # fmt: skip
def test_header_lines_are_passed_over(header: str) -> None:
    assert substance(f"{header}\n\n{LEAD}\n\n{LAST}") == f"{LEAD}\n\n{LAST}"


@pytest.mark.parametrize(
    "dateline",
    [
        "NEW YORK (AP) — ", "WASHINGTON, May 5 (Reuters) - ", "(CNN)", "CNN — ", "LONDON, May 5, 2020 /PRNewswire/ -- ",
        "PARIS, May 5 -- ", "ST. LOUIS, Mo. – ", "Washington (Reuters) - ",
    ],
)  # fmt: skip
def test_datelines_are_passed_over(dateline: str) -> None:
    assert substance(f"{dateline}{LEAD}\n\n{LAST}") == f"{LEAD}\n\n{LAST}"


@pytest.mark.parametrize(
    "footer",
    [
        "Reporting by Ana Petrov; Editing by Tom Lee", "(Additional reporting by Ana Petrov)", "© 2024 Example Media",
        "Copyright 2024 Example. All rights reserved.", "This material may not be published or redistributed.",
        "Follow Example on Twitter", "Ana Petrov contributed to this report.", "LAST NEWS", "Reuter", "REUTER N", "___",
        "The post Harbour approved appeared first on Example.",
        "Read more: Old harbour closed", "Related stories: none",
    ],
)  # fmt: skip
def test_footer_lines_are_passed_over(footer: str) -> None:
    assert substance(f"{LEAD}\n\n{LAST}\n\n{footer}") == f"{LEAD}\n\n{LAST}"


@pytest.mark.parametrize("credit", [" (Reporting by Ana Petrov; Editing by Tom Lee)", " REUTER", " Reuters"])
def test_credits_at_the_end_are_passed_over(credit: str) -> None:
    assert substance(f"{LEAD}\n\n{LAST}{credit}") == f"{LEAD}\n\n{LAST}"
    long = "The work goes on. " * 60 + LAST
    assert substance(long + credit) == long


@pytest.mark.parametrize("lead", ["By Friday the storm had weakened.", "May was the driest month on record.", LEAD])
def test_reporting_is_kept(lead: str) -> None:
    assert substance(f"{lead}\n\n{LAST}") == f"{lead}\n\n{LAST}"


def test_a_text_of_headers_only_is_kept() -> None:
    assert substance("(AP)\n\nReuters") == "(AP)\n\nReuters"
    assert substance("") == ""


@pytest.mark.parametrize(
    "note",
    [
        "Correction: The council met on Tuesday.", "CORRECTED - figures", "(Corrects spelling of name)",
        "An earlier version of this article misstated the day.", "This story has been corrected.",
        "Editor's note: an error in the third paragraph was repaired.", "Clarification: none",
    ],
)  # fmt: skip
def test_correction_notes_are_found_at_both_ends(note: str) -> None:
    assert correction_note("Title", f"{note}\n\n{LEAD}\n\n{LAST}") == note
    assert correction_note("Title", "\n\n".join([LEAD] * 9 + [note])) == note
    assert correction_note(note, LEAD) == note


def test_other_notes_are_no_corrections() -> None:
    assert correction_note("Title", f"{LEAD}\n\nEditor's note: Ana Petrov writes on harbours.\n\n{LAST}") == ""
    assert correction_note("Correctional officer wins prize", LEAD) == ""
    middle = "\n\n".join([LEAD] * 5 + ["Correction: no"] + [LEAD] * 5)
    assert correction_note("Title", middle) == ""


def test_long_single_lines_are_read_in_linear_time() -> None:
    for text in ("a" * 500_000, "A " * 250_000, "A.B." * 100_000, "1,000," * 80_000, " " * 500_000, "(" * 300_000):
        read_article(text[:2_000], text)


def test_words_are_placed_in_the_text_that_they_are_read_from() -> None:
    found = placed("“It rose 5 per cent,” the U.S. said — twelve …")
    assert found.words == words_of(found.text) == ("it", "rose", "5", "the", "us", "said", "12")
    assert [found.text[start:end] for start, end in found.spans] == ["It", "rose", "5", "the", "U.S", "said", "twelve"]


GALLERY = "Photos: The harbour " + " ".join(
    f"Photos: The harbour A view of pier {number} at dawn. Hide Caption {number} of 9" for number in range(1, 10)
)


def test_the_captions_of_a_gallery_are_passed_over() -> None:
    assert parted(f"{LEAD}\n\n{GALLERY}\n\n{LAST}") == Substance(f"{LEAD}\n\n{LAST}", captions=(GALLERY,))
    one, other = (read_article("Title", text) for text in (f"{LEAD}\n{GALLERY}\n{LAST}", f"{LEAD}\n{LAST}"))
    assert one.body.hashes.tolist() == other.body.hashes.tolist()
    assert one.body.names_at.tolist() == other.body.names_at.tolist()
    assert len(one.paragraphs.ends) == 3, "a version's changes name paragraphs of the text as it is"


def test_a_page_of_pictures_is_compared_by_its_captions() -> None:
    assert substance(GALLERY) == GALLERY


@pytest.mark.parametrize("prose", ["Photos: The harbour and the pier.", f"{LEAD} {GALLERY}"])
def test_prose_that_mentions_photographs_is_kept(prose: str) -> None:
    assert substance(f"{prose}\n\n{LAST}") == f"{prose}\n\n{LAST}"


def test_what_is_passed_over_is_told() -> None:
    found = parted(
        f"By Jane Doe\n\nPARIS, May 5 (Reuters) - {LEAD}\n\n{LAST} (Reporting by A. Berg)\n\n© 2026 The Post"
    )
    assert found == Substance(
        f"{LEAD}\n\n{LAST}",
        ("By Jane Doe",),
        "PARIS, May 5 (Reuters) - ",
        " (Reporting by A. Berg)",
        ("© 2026 The Post",),
    )
    assert parted("By Jane Doe\n(AP)") == Substance("By Jane Doe\n(AP)")
