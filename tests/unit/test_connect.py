"""Security settings: what is asked for is used or refused, nothing falls back, and no password is shown."""

import asyncio
import socket
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any
from unittest.mock import AsyncMock

import pytest

from streams import connect
from streams.client import NoBroker, subscribe
from streams.connect import (
    NAMES,
    NotSecured,
    WrongAddress,
    addresses,
    client_arguments,
    connection_from,
    probe,
    security_from,
    stop,
    tls_context,
)
from streams.contracts.connection import Connection, Security, connection_of
from streams.contracts.topics import Catalogue
from streams.settings import Settings, SettingsError, load

PASSWORD = "correct horse battery"
LOGIN = {"security": "sasl_tls", "sasl_username": "worker", "sasl_password": PASSWORD}


def test_without_security_it_is_plaintext() -> None:
    assert security_from({}) is None
    assert security_from({"security": "plaintext", "sasl_mechanism": "SCRAM-SHA-512", "tls_ca": ""}) is None
    assert client_arguments("h:1") == {"bootstrap_servers": "h:1", "security_protocol": "PLAINTEXT"}
    assert connection_of("h:1") == Connection("h:1") == connection_of(Connection("h:1"))


@pytest.mark.parametrize(
    ("given", "says"),
    [
        ({"security": "ssl"}, "NEWSWIRE_SECURITY is ssl: give one of plaintext, tls, sasl_tls"),
        ({"sasl_password": PASSWORD}, "NEWSWIRE_SECURITY is plaintext, which has no use for NEWSWIRE_SASL_PASSWORD"),
        ({"tls_ca": "ca.pem"}, "no use for NEWSWIRE_TLS_CA"),
        ({"security": "tls", "sasl_username": "worker"}, "no use for NEWSWIRE_SASL_USERNAME"),
        ({"security": "sasl_tls", "sasl_password": PASSWORD}, "set NEWSWIRE_SASL_USERNAME"),
        ({"security": "sasl_tls", "sasl_username": "worker"}, "set one of NEWSWIRE_SASL_PASSWORD and"),
        ({**LOGIN, "sasl_password_file": "f"}, "set one of NEWSWIRE_SASL_PASSWORD and"),
        ({**LOGIN, "sasl_mechanism": "PLAIN"}, "NEWSWIRE_SASL_MECHANISM is PLAIN"),
        ({**LOGIN, "tls_key": "key.pem"}, "go together"),
        ({"security": "sasl_tls", "sasl_username": "w", "sasl_password_file": "/no/such"}, "/no/such cannot be read"),
    ],
)
def test_what_is_incomplete_or_contradicts_itself_is_one_line(given: dict[str, str], says: str) -> None:
    with pytest.raises(NotSecured) as caught:
        security_from(given)
    assert says in str(caught.value)
    assert "\n" not in str(caught.value)
    assert PASSWORD not in str(caught.value)


def test_a_password_file_may_end_with_a_line_end_and_may_not_be_empty(tmp_path: Path) -> None:
    file = tmp_path / "password"
    file.write_text(PASSWORD + "\n")
    given = {"security": "sasl_tls", "sasl_username": "w", "sasl_password_file": str(file)}
    security = security_from(given)
    assert security is not None
    assert security.password == PASSWORD
    file.write_text("\n")
    with pytest.raises(NotSecured, match="is empty"):
        security_from(given)


def test_a_secure_client_is_told_to_check_the_brokers_name() -> None:
    arguments = client_arguments(Connection("h:1", security_from(LOGIN)))
    assert arguments["security_protocol"] == "SASL_SSL"
    assert arguments["sasl_mechanism"] == "SCRAM-SHA-512"
    assert arguments["ssl_context"].check_hostname
    assert client_arguments(Connection("h:1", Security()))["security_protocol"] == "SSL"


@pytest.mark.parametrize("content", [None, "", "not a certificate"])
def test_files_that_cannot_be_used_are_named(tmp_path: Path, content: str | None) -> None:
    file = tmp_path / "x.pem"
    if content is not None:
        file.write_text(content)
    with pytest.raises(NotSecured, match=r"NEWSWIRE_TLS_CA .*x\.pem cannot be used"):
        tls_context(Security(ca=str(file)))
    with pytest.raises(NotSecured, match=r"NEWSWIRE_TLS_CERTIFICATE .*x\.pem cannot be used"):
        tls_context(Security(certificate=str(file), key=str(file)))


def test_no_representation_shows_the_password() -> None:
    connection = Connection("h:1", security_from(LOGIN))
    settings = load(bootstrap="h:1", **LOGIN)
    assert settings.connection == connection
    for shown in (repr(connection), str(connection), f"{connection}", repr(settings), str(settings.model_dump())):
        assert PASSWORD not in shown
    assert str(connection) == "h:1"


def test_a_wrong_setting_beside_a_password_does_not_show_it(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("NEWSWIRE_SASL_PASSWORD", PASSWORD)
    with pytest.raises(SettingsError) as caught:
        load(security="none", partitions=0, sasl_password=[PASSWORD])
    assert PASSWORD not in str(caught.value)
    assert "NEWSWIRE_SASL_PASSWORD" in str(caught.value)


def test_every_name_is_a_setting_and_a_variable() -> None:
    assert set(NAMES) <= set(Settings.model_fields)
    given = {f"NEWSWIRE_{name.upper()}": value for name, value in LOGIN.items()}
    assert connection_from(given, "h:1") == Connection("h:1", security_from(LOGIN))


@pytest.fixture
def silent_port() -> Iterator[int]:
    """A port that takes connections and never answers."""
    with socket.create_server(("127.0.0.1", 0)) as server:
        yield server.getsockname()[1]


def test_addresses_have_a_host_and_a_port() -> None:
    assert addresses("h:1, [::1]:9092") == [("h", 1), ("::1", 9092)]


@pytest.mark.parametrize("given", ["localhost", "localhost:", ":9092", "h:x", "h:65536", "h:-1", "h:²", "h:1,", ""])
def test_what_is_no_address_is_said_before_anybody_is_asked(given: str) -> None:
    with pytest.raises(WrongAddress, match="give HOST:PORT"):
        asyncio.run(probe(given, 1.0))


def test_the_first_broker_may_have_no_name_or_be_silent(monkeypatch: pytest.MonkeyPatch, silent_port: int) -> None:
    speak = connect._speak

    async def speaking(host: str, port: int, *rest: Any) -> None:
        if host == "unknown":
            raise socket.gaierror(socket.EAI_NONAME, "Name or service not known")
        if host != "up":
            await speak(host, port, *rest)

    monkeypatch.setattr(connect, "_speak", speaking)
    assert asyncio.run(probe("unknown:1,up:1", 1.0))
    assert asyncio.run(probe(f"127.0.0.1:{silent_port},up:1", 1.0))
    assert not asyncio.run(probe("unknown:1,unknown:2", 1.0))


@pytest.mark.slow
def test_a_silent_broker_is_given_up_within_5_s_start_and_end_included(silent_port: int) -> None:
    async def read() -> None:
        async for _ in subscribe(f"127.0.0.1:{silent_port}", [Catalogue().enriched]):
            pass

    started = time.monotonic()
    with pytest.raises(NoBroker, match=f"no Kafka broker answers at 127.0.0.1:{silent_port}"):
        asyncio.run(read())
    assert time.monotonic() - started < 4.5


class Consumer:
    """Stands for aiokafka's: on `stop` it cancels a fetch that waits to be tried again, and waits for that."""

    def __init__(self, fetch: float) -> None:
        self._client, self._fetch_seconds = AsyncMock(), fetch
        self.stopping = asyncio.Event()

    async def stop(self) -> None:
        fetch = asyncio.ensure_future(asyncio.sleep(self._fetch_seconds))
        self.stopping.set()
        if self._fetch_seconds:
            fetch.cancel()
        await fetch


def test_a_fetch_that_aiokafka_cancels_is_not_our_cancellation() -> None:
    consumer = Consumer(fetch=60)
    asyncio.run(stop(consumer))
    consumer._client.close.assert_awaited_once()


def test_our_own_cancellation_comes_through() -> None:
    async def scenario() -> None:
        consumer = Consumer(fetch=0)
        stopping = asyncio.ensure_future(stop(consumer))
        await consumer.stopping.wait()
        stopping.cancel()
        with pytest.raises(asyncio.CancelledError):
            await stopping

    asyncio.run(scenario())
