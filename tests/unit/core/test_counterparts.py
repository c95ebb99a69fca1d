"""Roles that are told at a distance. Names are made up, countries are not."""

import pytest

from tests.marked import entities_of


def roles(text: str) -> dict[str, tuple[str, ...]]:
    return {name: e.roles for name, e in entities_of(text).items() if e.type == "PERSON"}


@pytest.mark.parametrize(
    "text",
    [
        "Norway's foreign minister met the Danish premier. [Novak|PERSON] met his Danish counterpart, [Holm|PERSON].",
        "Foreign Minister [Novak|PERSON] met his Danish counterpart [Holm|PERSON].",
        "Foreign Minister [Novak|PERSON] met his Danish counterpart. “No ... no,” [Holm|PERSON] said after the talks.",
    ],
)
def test_counterparts_have_one_office(text: str) -> None:
    assert roles(text) == {"Novak": ("foreign minister",), "Holm": ("foreign minister",)}


@pytest.mark.parametrize(
    "text",
    [
        "[Novak|PERSON] met his Danish counterpart, [Holm|PERSON].",
        "Denmark's foreign minister came. [Novak|PERSON] met his Danish counterpart, [Holm|PERSON].",
        "Norway's premier met Sweden's president. [Novak|PERSON] met his Danish counterpart, [Holm|PERSON].",
        "Norway's premier came. [Novak|PERSON] and [Lund|PERSON] met his Danish counterpart, [Holm|PERSON].",
    ],
)
def test_where_more_than_one_reading_is_left_nobody_has_a_role(text: str) -> None:
    assert not any(roles(text).values())


def test_a_counterpart_who_has_another_role_keeps_it() -> None:
    text = "Foreign Minister [Novak|PERSON] met his Danish counterpart, premier [Holm|PERSON]."
    assert roles(text)["Holm"] == ("premier",)


def test_a_statement_of_an_office_about_one_person_is_its_holders() -> None:
    assert roles("[Novak|PERSON] left, said a statement by the Prime Minister's Office.") == {
        "Novak": ("prime minister",)
    }
    assert not any(roles("[Novak|PERSON] met [Holm|PERSON], said a statement by the Prime Minister's Office.").values())


def test_the_office_of_somebody_named_is_not_of_the_country() -> None:
    text = "Norway's premier [Lund|PERSON] came. [Novak|PERSON] met his Danish counterpart."
    assert roles(text)["Novak"] == ()
