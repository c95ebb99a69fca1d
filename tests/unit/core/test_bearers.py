"""Names across articles, by their spelling alone."""

import pytest

from streams.core import bearers


@pytest.mark.parametrize(("name", "short", "family"), [
    ("Lavrov", True, "lavrov"), ("S. Lavrov", True, "lavrov"), ("S.V. Lavrov", True, "lavrov"),
    ("Sergey Lavrov", False, "lavrov"), ("Mrs. Novak", True, "novak"), ("Donald Trump Jr.", False, "trump"),
    ("Bashar al-Assad", False, "assad"), ("Recep Tayyip Erdoğan", False, "erdogan"), ("", True, ""),
])  # fmt: skip
def test_what_is_short_and_whose_name_it_is(name: str, short: bool, family: str) -> None:
    assert (bearers.is_short(name), bearers.family(name)) == (short, family)


@pytest.mark.parametrize(("short", "full", "fits"), [
    ("Lavrov", "Sergey Lavrov", True), ("S. Lavrov", "Sergey Lavrov", True), ("A. Lavrov", "Sergey Lavrov", False),
    ("Lavrov", "Sergey Shoigu", False),
])  # fmt: skip
def test_a_short_name_fits_its_bearers(short: str, full: str, fits: bool) -> None:
    assert bearers.fits(short, full) is fits


@pytest.mark.parametrize(("one", "other", "same"), [
    ("Sergey Lavrov", "Sergei Lavrov", True), ("Joe Biden", "Joseph R. Biden", True),
    ("Kim Jong Un", "Kim Jong Il", False),
    ("Qamar Bajwa", "Qamar Javed Bajwa", True), ("George W. Bush", "George H. W. Bush", False),
    ("Anna Lee", "Anne Lee", False),
    ("Donald Trump", "Donald Trump Jr.", False), ("Imran Khan", "Sadiq Khan", False),
    ("Mohamed Salah", "Mohammed Salah", True),
])  # fmt: skip
def test_two_full_names_may_be_one_persons(one: str, other: str, same: bool) -> None:
    assert bearers.may_be_one(one, other) is bearers.may_be_one(other, one) is same


@pytest.mark.parametrize(("name", "acronyms"), [
    ("Federal Investigation Agency", ("FIA",)), ("Department of Homeland Security", ("DHS", "DOHS")), ("FIA", ()),
    ("Reuters", ()), ("Anti-Defamation League", ("ADL",)),
])  # fmt: skip
def test_initials_of_full_names(name: str, acronyms: tuple[str, ...]) -> None:
    assert bearers.initials(name) == acronyms


@pytest.mark.parametrize(("name", "plain"), [("Apple Inc.", "apple"), ("The Guardian", "guardian"), ("Inc", "inc")])
def test_a_legal_form_is_no_part_of_the_name(name: str, plain: str) -> None:
    assert bearers.company(name) == plain


@pytest.mark.parametrize(("one", "other", "is_part"), [
    ("Northern California", "California", True), ("Mexico City", "Mexico", True), ("Central America", "US", True),
    ("United States of America", "United States", False), ("Md.", "Maryland", False), ("Kyiv", "Kiev", False),
])  # fmt: skip
def test_a_part_of_a_place_is_not_the_place(one: str, other: str, is_part: bool) -> None:
    assert bearers.is_part_of_place(one, other) is bearers.is_part_of_place(other, one) is is_part
