"""Agencies are named by their lines; a mention, a photograph or a contribution is no credit."""

import pytest

from streams.core.syndication import agency_of_source, credited
from streams.core.wording import parted

BODY = "The council approved the bridge on Tuesday, after months of debate.\n\nWork starts in May, the mayor said."
LONG = (
    "The council of the town approved the new bridge over the river on Tuesday, after months of debate about its cost "
    "and its place."
)


def agency(text: str, *authors: str, source: str = "example.org") -> str:
    return credited(parted(text), authors, source)


@pytest.mark.parametrize(
    ("dateline", "name"),
    [
        ("NEW YORK (Reuters) - ", "Reuters"), ("WASHINGTON (AP) — ", "AP"), ("(AP) MOSCOW – ", "AP"),
        ("Paris (AFP) - ", "AFP"), ("BEIJING, May 5 (Xinhua) -- ", "Xinhua"), ("MOSCOW, May 5. /TASS/. ", "TASS"),
        ("Berlin (dpa) - ", "dpa"), ("Madrid, 5 may (EFE).- ", "EFE"), ("ROMA, 5 MAG (ANSA) - ", "ANSA"),
        ("TOKYO, May 5 (Kyodo) -- ", "Kyodo"), ("SEOUL, May 5 (Yonhap) -- ", "Yonhap"),
        ("New Delhi, May 5 (PTI) ", "PTI"), ("WASHINGTON, May 5 (UPI) -- ", "UPI"),
        ("MOSCOW. May 5 (Interfax) - ", "Interfax"), ("LONDON, May 5 /PRNewswire/ -- ", "PR Newswire"),
        ("LONDON--(BUSINESS WIRE)--", "Business Wire"), ("SAN FRANCISCO (Reuters Breakingviews) - ", "Reuters"),
        ("CNN — ", "CNN"),
    ],
)  # fmt: skip
def test_datelines(dateline: str, name: str) -> None:
    assert agency(dateline + BODY) == name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("By Reuters Staff", "Reuters"), ("By JANE ROE, Associated Press", "AP"), ("By The Associated Press", "AP"),
        ("The Associated Press", "AP"), ("Jane Roe\n\nAssociated Press", "AP"), ("(AFP)", "AFP"),
        ("A caption of a photograph, by REUTERS/Jane Roe\n\nBy Jane Roe\n\nOSLO (Reuters) -", "Reuters"),
    ],
)  # fmt: skip
def test_lines_at_the_top(line: str, name: str) -> None:
    assert agency(f"{line}\n\n{BODY}" if not line.endswith("-") else f"{line} {BODY}") == name


@pytest.mark.parametrize(
    ("line", "name"),
    [
        ("Copyright 2019 The Associated Press. All rights reserved.", "AP"), ("© 2020 AFP", "AFP"),
        ("© 2020 Thomson/Reuters. All rights reserved.", "Reuters"), ("(c) 2020, Bloomberg News", "Bloomberg"),
        ("(Reporting by Jane Roe; Editing by John Doe)", "Reuters"), ("Source: Reuters", "Reuters"),
        ("(Additional reporting by Jane Roe and John Doe; writing by Ann Poe; editing by Jim Coe)", "Reuters"),
        ("Associated Press writer Jane Roe in Oslo contributed to this report.", "AP"),
        ("This story was reported by The Associated Press.", "AP"), ("Kyodo News", "Kyodo"),
        ("This report by The Canadian Press was first published May 5, 2020.", "CP"),
    ],
)  # fmt: skip
def test_lines_at_the_foot(line: str, name: str) -> None:
    assert agency(f"{BODY}\n\n{line}") == name
    assert agency(f"{BODY}\n\n{line}\n\nSign up for our newsletter\n\nCopyright © 2019 The Courier, LLC.") == name


@pytest.mark.parametrize(
    "text",
    [
        BODY, f"{BODY} The mayor told Reuters so.", "According to the Associated Press, it is late.\n\n" + BODY,
        f"(Reuters photo: Jane Roe)\n\n{BODY}", f"(Jane Roe/Reuters)\n\n{BODY}",
        f"A bridge in 2017. Jane Roe/AFP/Getty Images\n\n{BODY}",
        f"Image copyright Reuters Image caption A bridge\n\n{BODY}",
        f"{BODY}\n\nThe Associated Press contributed to this report.",
        f"{BODY}\n\nFox News' Jane Roe and The Associated Press contributed to this report.",
        f"{BODY}\n\nThis report contains material from the Associated Press.",
        f"{BODY}\n\nMaterial from Reuters was used in this report.", f"{BODY}\n\nContributing: The Associated Press",
        f"{BODY}\n\nImage: Reuters.", f"{BODY}\n\nClick for more from Reuters.",
        f"{BODY}\n\nCopyright © 2019 The Courier, LLC.", f"{BODY}\n\n© AP Photo/Jane Roe",
        f"{LONG}\n\nCNN\n\n{BODY}", "Bloomberg said he would run.\n\n" + BODY, "",
    ],
)  # fmt: skip
def test_no_credits(text: str) -> None:
    assert agency(text) == ""


def test_authors() -> None:
    assert agency(BODY, "Associated Press") == "AP"
    assert agency(BODY, "Jane Roe, Associated Press") == "AP"
    assert agency(BODY, "Jane Roe", "Reuters") == "Reuters"
    assert agency(BODY, "Reuters in Washington") == "Reuters"
    assert agency(BODY, "Jane Roe", "John Doe") == ""
    staff = ("Jane Roe", "Sun-Times Staff", "Ann Poe", "Associated Press")
    assert agency(BODY, *staff) == ""


def test_a_publisher_that_is_an_agency_credits_itself() -> None:
    assert agency("WASHINGTON (AP) — " + BODY, source="reuters.com") == "Reuters"
    assert {name: agency_of_source(name) for name in ("apnews.com", "Reuters", "The Associated Press", "AP")} == {
        "apnews.com": "AP", "Reuters": "Reuters", "The Associated Press": "AP", "AP": "AP",
    }  # fmt: skip
    assert [agency_of_source(name) for name in ("example.org", "pa", "aa", "")] == ["", "", "", ""]


@pytest.mark.parametrize(
    "text", ["(" * 5_000, "By " * 3_000, "/" * 5_000, "Reporting by " * 2_000, "A" * 50_000 + " ("]
)
def test_hostile_lines_take_no_longer_than_others(text: str) -> None:
    assert agency(f"{text}\n\n{text}") == ""
