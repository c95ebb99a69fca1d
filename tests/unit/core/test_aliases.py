"""What is one entity: a row of names, and how they fall into entities. Names are made up, countries are not."""

import pytest

from streams.core.given_names import FULL_FORMS
from streams.core.people import joined
from tests.marked import entities_of


def groups(text: str) -> set[frozenset[str]]:
    """Return the different spellings of each entity."""
    return {frozenset(m.text for m in e.mentions) for e in entities_of(text).values()}


def together(*names: str) -> frozenset[str]:
    return frozenset(names)


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Robert Novak", "Bob Novak"),
        ("Bob Novak", "Robert S. Novak"),
        ("Mira González", "Mira Gonzalez"),
        ("Bashar al-Novak", "Novak"),
        ("Novak", "Bashar al-Novak"),
        ("Mira Jana Novak", "Mira Jana"),
        ("Luiz Inacio Novak", "Inacio"),
        ("Mira Novak Jr.", "Mira Novak"),
        ("Mira von der Novak", "von der Novak"),
        ("Mira Novak", "Mira"),
    ],
)
def test_one_person(one: str, other: str) -> None:
    assert groups(f"It was [{one}|PERSON] at first, [{other}|PERSON] at last.") == {together(one, other)}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Bob Novak", "William Novak"),
        ("Mira Novak", "Mira Novak Jr."),  # who is introduced behind his father
        ("Mira Novak", "Petr Novak"),
        ("Mira Jana Novak", "Mira Eva Novak"),
        ("Mira Novak", "Novak Mira"),
    ],
)
def test_two_people(one: str, other: str) -> None:
    assert groups(f"It was [{one}|PERSON] at first, [{other}|PERSON] at last.") == {together(one), together(other)}


def test_a_surname_of_two_is_the_one_who_was_called_so_before_the_other_came() -> None:
    text = "[Mira Novak|PERSON] spoke. [Novak|PERSON] left. Her son [Petr Novak|PERSON] did not. [Novak|PERSON] slept."
    assert groups(text) == {together("Mira Novak", "Novak"), together("Petr Novak")}


@pytest.mark.parametrize(
    ("name", "type_"),
    [("US Senate", "ORG"), ("Union Square", "FAC"), ("Universal Studios", "ORG"), ("U.S. Steel", "ORG")],
)
def test_a_country_is_no_acronym_of_something_else(name: str, type_: str) -> None:
    text = f"It was [{name}|{type_}] at first; the [US|GPE] came at last."
    assert groups(text) == {together(name), together("US")}


def test_an_acronym_of_a_city_and_of_a_body() -> None:
    assert groups("In [Los Angeles|GPE] it rained; [LA|GPE] was wet.") == {together("Los Angeles", "LA")}
    assert groups("The [Harbour Fish Board|ORG] met; the [HFB|ORG] left.") == {together("Harbour Fish Board", "HFB")}


def test_no_short_form_is_a_full_one_of_another() -> None:
    full = {name for names in FULL_FORMS.values() for name in names}
    assert not full & {short for short, names in FULL_FORMS.items() if short in names}


@pytest.mark.parametrize(
    ("full", "short"),
    [
        ("Weather Department", "Weather"),
        ("Oslo Times", "Times"),
        ("Supreme Tribunal", "Tribunal"),
        ("U.S. Supreme Court", "Supreme Court"),
        ("British Weather Board", "Weather Board"),
        ("House of Representatives", "House"),
        ("Republican Party", "GOP"),
        ("Department of Fair Weather", "Fair Weather Department"),
        ("Novak Holdings", "Novak"),
        ("Novak Ltd.", "Novak"),
    ],
)
def test_one_organisation(full: str, short: str) -> None:
    assert groups(f"It was [{full}|ORG] at first, [{short}|ORG] at last.") == {together(full, short)}


def test_a_country_may_be_left_out_before_it_is_told() -> None:
    assert len(groups("The [Supreme Court|ORG] met. The [U.S. Supreme Court|ORG] rose.")) == 1
    assert len(groups("The [House|ORG] met. The [House of Representatives|ORG] rose.")) == 1


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("White House", "House"),
        ("Oslo Senate", "Senate"),
        ("Weather Novak", "Weather"),
        ("House Weather Committee", "Senate Weather Committee"),
        ("University of Oslo", "Oslo University"),
        ("Republicans", "GOP"),
    ],
)
def test_two_organisations(one: str, other: str) -> None:
    assert len(groups(f"It was [{one}|ORG] at first, [{other}|ORG] at last.")) == 2


def test_a_short_name_before_the_long_one_or_of_two_stays_by_itself() -> None:
    assert len(groups("The [Times|ORG] came. So did the [Oslo Times|ORG].")) == 2
    assert len(groups("The [Oslo Times|ORG] and [Bergen Times|ORG] came. The [Times|ORG] left.")) == 3


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("U.S.", "United States"),
        ("America", "US"),
        ("UK", "Britain"),
        ("Great Britain", "U.K."),
        ("Russian Federation", "Russia"),
        ("Burma", "Myanmar"),
        ("Kentucky", "Ky."),
        ("N.H.", "New Hampshire"),
        ("Washington", "D.C."),
    ],
)
def test_one_country_or_state(one: str, other: str) -> None:
    assert groups(f"It was [{one}|GPE] at first, [{other}|GPE] at last.") == {together(one, other)}


def test_a_country_is_called_by_the_name_that_says_most() -> None:
    assert set(entities_of("In the [U.S.|GPE] and the [United States|GPE]")) == {"United States"}


def test_the_capital_is_not_the_state_of_its_name() -> None:
    found = groups("In [Washington|GPE], [Wash.|GPE], and in [D.C.|GPE]")
    assert found == {together("Washington", "Wash."), together("D.C.")}


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("Democratic", "Democrats"),
        ("Slovak", "Slovaks"),
        ("British", "Britons"),
        ("Chinese", "Sino"),
        ("Zorblatt", "Zorblatts"),
    ],
)
def test_one_people(one: str, other: str) -> None:
    assert groups(f"The [{one}|NORP] vote, and [{other}|NORP] cheer.") == {together(one, other)}


def test_a_combining_form_is_not_what_a_people_is_called() -> None:
    assert set(entities_of("[Sino|NORP]-[Angolan|NORP] ties: the [Chinese|NORP] wait.")) == {"Chinese", "Angolan"}


def test_a_people_is_not_its_country_and_a_party_not_another() -> None:
    assert len(groups("[British|NORP] ships left [Britain|GPE].")) == 2
    assert len(groups("[Democrats|NORP] met [Republicans|NORP] and the [GOP|ORG].")) == 3


def test_of_steps_that_contradict_each_other_the_earlier_holds() -> None:
    assert joined({"a": "b"}, {"b": "a", "c": "a"}, {"a": "c"}) == {"a": "b", "c": "a"}


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        (
            "[Mary Novak|PERSON] and [John Novak|PERSON] came. Mr. [Novak|PERSON] left. Mrs. [Novak|PERSON] slept.",
            {"Mary Novak": 2, "John Novak": 2},
        ),
        (
            "[Zorb Novak|PERSON] and [John Novak|PERSON] came. Ms. [Novak|PERSON] left.",
            {"Zorb Novak": 2, "John Novak": 1},
        ),
        ("[John Novak|PERSON] came. Mrs. [Novak|PERSON] left.", {"John Novak": 1, "Mrs. Novak": 1}),
        ("[Zorb Novak|PERSON] came. Mrs. [Novak|PERSON] left.", {"Zorb Novak": 2}),
        ("President and Mrs. [Novak|PERSON] came. So did [Zorb Novak|PERSON].", {"Zorb Novak": 1, "Mrs. Novak": 1}),
        ("[Zorb Novak|PERSON] and [Zerb Novak|PERSON] came. Mr. [Novak|PERSON] left.", None),
        ("Mr. [Novak|PERSON] came. Mrs. [Novak|PERSON] left.", {"Novak": 2}),
    ],
)
def test_how_people_are_addressed_tells_them_apart(text: str, expected: dict[str, int] | None) -> None:
    found = {name: len(e.mentions) for name, e in entities_of(text).items()}
    assert found == (expected or {"Zorb Novak": 1, "Zerb Novak": 1, "Novak": 1})
