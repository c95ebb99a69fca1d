"""Settings that cannot be used: one line for each, in the words that a person used."""

import pytest

from streams.connect import NotSecured, security_from
from streams.settings import Settings, SettingsError, load

FLOATS = [name for name, field in Settings.model_fields.items() if field.annotation is float]


@pytest.mark.parametrize("name", FLOATS)
@pytest.mark.parametrize("value", ["inf", "-inf", "nan", "1e308"])
def test_numbers_that_are_none_are_refused(name: str, value: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"NEWSWIRE_{name.upper()}", value)
    with pytest.raises(SettingsError, match=f"setting NEWSWIRE_{name.upper()}: ") as told:
        load()
    assert "\n" not in str(told.value)


def test_the_list_of_numbers_is_not_empty() -> None:
    assert "dedupe_hours" in FLOATS


@pytest.mark.parametrize("given", ["debug", "Debug", "DEBUG"])
def test_the_log_level_is_taken_in_any_case(given: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSWIRE_LOG_LEVEL", given)
    assert load().log_level == "DEBUG"


@pytest.mark.parametrize(
    ("name", "words"), [("log_level", "'DEBUG', 'INFO', 'WARNING' or 'ERROR'"), ("log_format", "'auto', 'json' or")]
)
def test_what_can_be_chosen_is_named(name: str, words: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(f"NEWSWIRE_{name.upper()}", "loud")
    with pytest.raises(SettingsError, match=f"setting NEWSWIRE_{name.upper()}: .*{words}"):
        load()


def test_an_option_is_named_where_it_was_used(monkeypatch: pytest.MonkeyPatch) -> None:
    with pytest.raises(SettingsError, match=r"^--processes \(setting NEWSWIRE_PROCESSES\): .*greater than"):
        load(processes=0)
    monkeypatch.setenv("NEWSWIRE_PROCESSES", "0")
    with pytest.raises(SettingsError, match=r"^setting NEWSWIRE_PROCESSES: .*greater than"):
        load(processes=None)


def test_what_nobody_set_is_not_blamed() -> None:
    with pytest.raises(SettingsError, match="no use for NEWSWIRE_SASL_PASSWORD: "):
        _ = load(bootstrap="h:1", sasl_password="x").connection


def test_a_mechanism_alone_gives_nothing_away() -> None:
    assert security_from({"sasl_mechanism": "SCRAM-SHA-256"}) is None
    with pytest.raises(NotSecured, match="no use for NEWSWIRE_TLS_CA: "):
        security_from({"sasl_mechanism": "SCRAM-SHA-256", "tls_ca": "ca.pem"})
