from streams.core.names import fold
from streams.core.nations import ADJECTIVES, COUNTRIES, PEOPLES, STATES


def test_no_name_is_a_country_and_a_people() -> None:
    assert not COUNTRIES.keys() & PEOPLES.keys()
    assert COUNTRIES.keys() & STATES.keys() == {"georgia"}


def test_usual_names_are_names() -> None:
    for table in (COUNTRIES, PEOPLES, STATES):
        assert all(table[usual] == usual for usual in table.values())
    assert set(ADJECTIVES) <= set(COUNTRIES.values())
    assert set(ADJECTIVES.values()) <= set(PEOPLES.values())


def test_keys_are_those_of_names_in_texts() -> None:
    assert COUNTRIES[fold("the U.S.")] == COUNTRIES[fold("United States")]
    assert STATES[fold("N.H.")] == fold("New Hampshire")
    assert PEOPLES[fold("Britons")] == fold("British")
