"""From a connection as data to what aiokafka needs: one place for every client in the project.

There is no way back to plaintext: what a secure connection lacks is an error.
"""

import asyncio
import ssl
import time
from collections.abc import Mapping
from pathlib import Path
from typing import Any, Final

from aiokafka.conn import create_conn
from aiokafka.errors import (
    AuthenticationFailedError,
    IllegalSaslStateError,
    KafkaError,
    SaslAuthenticationFailed,
    UnsupportedSaslMechanismError,
)
from aiokafka.protocol.metadata import MetadataRequest

from streams.contracts.connection import SCRAM, Connection, Kafka, Security, connection_of
from streams.contracts.errors import NewswireError

PLAINTEXT: Final = "plaintext"
TLS: Final = "tls"
SASL_TLS: Final = "sasl_tls"
SECURITIES: Final = (PLAINTEXT, TLS, SASL_TLS)
NAMES: Final = (
    "security", "sasl_mechanism", "sasl_username", "sasl_password", "sasl_password_file",
    "tls_ca", "tls_certificate", "tls_key",
)  # fmt: skip
REFUSALS: Final = (
    AuthenticationFailedError, SaslAuthenticationFailed, IllegalSaslStateError, UnsupportedSaslMechanismError
)  # fmt: skip


class CannotConnect(NewswireError):
    """A connection cannot be made as it is set. One line, with the remedy."""


class WrongAddress(CannotConnect):
    """What is to be a broker's address is none."""


class NotSecured(CannotConnect):
    """A secure connection lacks something, or broker and client do not trust each other. One line, with the remedy."""


def client_arguments(kafka: Kafka) -> dict[str, Any]:
    """Return the keyword arguments that every aiokafka client takes for its connection.

    Raises:
        NotSecured: a certificate or key cannot be read.
    """
    connection = connection_of(kafka)
    arguments = security_arguments(connection)
    return {"bootstrap_servers": connection.bootstrap, **arguments}


def security_arguments(connection: Connection) -> dict[str, Any]:
    """Return those of the security alone."""
    security = connection.security
    if security is None:
        return {"security_protocol": "PLAINTEXT"}
    context = tls_context(security)
    if security.username is None:
        return {"security_protocol": "SSL", "ssl_context": context}
    return {
        "security_protocol": "SASL_SSL", "ssl_context": context, "sasl_mechanism": security.mechanism,
        "sasl_plain_username": security.username, "sasl_plain_password": security.password,
    }  # fmt: skip


def tls_context(security: Security) -> ssl.SSLContext:
    """Return a context that checks the broker's certificate and its name.

    Raises:
        NotSecured: a file cannot be used.
    """
    try:
        context = ssl.create_default_context(cafile=security.ca)
    except (OSError, ValueError) as error:
        raise NotSecured(f"NEWSWIRE_TLS_CA {security.ca} cannot be used: {_said(error)}: give a PEM file") from None
    context.minimum_version = ssl.TLSVersion.TLSv1_2
    if security.certificate is not None:
        try:
            # A key that is locked would ask on the terminal.
            context.load_cert_chain(security.certificate, security.key, password=_no_password)
        except (OSError, ValueError) as error:
            raise NotSecured(
                f"NEWSWIRE_TLS_CERTIFICATE {security.certificate} cannot be used: {_said(error)}: "
                "give PEM files, the key without a password"
            ) from None
    return context


def _no_password() -> str:
    raise ValueError("its key is locked by a password")


def addresses(bootstrap: str) -> list[tuple[str, int]]:
    """Return host and port of each broker that is named.

    Raises:
        WrongAddress: one cannot be an address.
    """
    return [_address(each.strip()) for each in bootstrap.split(",")]


def _address(given: str) -> tuple[str, int]:
    host, _, port = given.rpartition(":")
    if not (host and port.isdecimal() and int(port) < 65_536):
        raise WrongAddress(f"{given!r} is no broker's address: give HOST:PORT, several with commas")
    return host.strip("[]"), int(port)


async def probe(kafka: Kafka, seconds: float) -> bool:
    """Say whether one of the brokers answers, and lets us in, within so many seconds.

    Raises:
        WrongAddress: an address is none.
        NotSecured: one answers, but we do not trust it, or it does not trust us.
    """
    connection = connection_of(kafka)
    arguments = security_arguments(connection)
    named = addresses(connection.bootstrap)
    deadline = time.monotonic() + seconds
    hung_up: str | None = None
    for number, (host, port) in enumerate(named):
        address = f"[{host}]:{port}" if ":" in host else f"{host}:{port}"
        share = (deadline - time.monotonic()) / (len(named) - number)  # a silent one leaves time for the others
        try:
            async with asyncio.timeout(share):
                await _speak(host, port, seconds, arguments)
        except ssl.SSLCertVerificationError as error:
            raise NotSecured(
                f"the certificate of Kafka at {address} is not trusted ({error.verify_message}): "
                "correct NEWSWIRE_TLS_CA or the address"
            ) from None
        except ssl.SSLError as error:
            raise NotSecured(
                f"Kafka at {address} does not speak TLS as we do ({_said(error)}): "
                "correct the port, NEWSWIRE_SECURITY or NEWSWIRE_TLS_CERTIFICATE"
            ) from None
        except REFUSALS as error:
            raise _refused(connection, address, error) from None
        except ConnectionRefusedError:
            continue
        except (ConnectionError, KafkaError):  # it took the connection and hung up; another may not
            hung_up = address
        except OSError:  # no such host, or its time is over
            continue
        else:
            return True
    if hung_up is not None:
        raise NotSecured(f"Kafka at {hung_up} hangs up on {_spoken(connection)}: correct the port or NEWSWIRE_SECURITY")
    return False


async def _speak(host: str, port: int, seconds: float, arguments: Mapping[str, Any]) -> None:
    """Be let in, and ask something that nobody is told who is not."""
    opened = await create_conn(host, port, request_timeout_ms=int(seconds * 1_000), **arguments)
    try:
        await opened.send(MetadataRequest([]))
    finally:
        opened.close()


def _refused(connection: Connection, address: str, error: KafkaError) -> NotSecured:
    security = connection.security
    assert security is not None  # noqa: S101 - only SASL is refused so
    if isinstance(error, UnsupportedSaslMechanismError):
        return NotSecured(f"Kafka at {address} does not take {security.mechanism}: correct NEWSWIRE_SASL_MECHANISM")
    return NotSecured(
        f"Kafka at {address} does not let user {security.username} in ({security.mechanism}): "
        "correct NEWSWIRE_SASL_USERNAME and NEWSWIRE_SASL_PASSWORD"
    )


def _spoken(connection: Connection) -> str:
    if connection.security is None:
        return "plaintext"
    return "TLS" if connection.security.username is None else "SASL over TLS"


def security_from(given: Mapping[str, str | None]) -> Security | None:
    """Return the security that settings ask for; None for plaintext.

    Args:
        given: values by NAMES, the password itself among them; what is missing or empty is not set.

    Raises:
        NotSecured: one line: what is missing, wrong or contradictory.
    """
    values = {name: value for name, value in given.items() if value}
    kind = values.pop("security", PLAINTEXT)
    if kind not in SECURITIES:
        raise NotSecured(f"NEWSWIRE_SECURITY is {kind}: give one of {', '.join(SECURITIES)}")
    useless = sorted(name for name in values if kind == PLAINTEXT or (kind == TLS and name.startswith("sasl_")))
    useless = [name for name in useless if name != "sasl_mechanism"]  # it has a default and gives nothing away
    if useless:
        # Whoever sets a password expects it to be used: a forgotten NEWSWIRE_SECURITY must not mean plaintext.
        named = ", ".join(f"NEWSWIRE_{name.upper()}" for name in useless)
        raise NotSecured(f"NEWSWIRE_SECURITY is {kind}, which has no use for {named}: set sasl_tls or tls, or unset it")
    if kind == PLAINTEXT:
        return None
    if ("tls_certificate" in values) != ("tls_key" in values):
        raise NotSecured("NEWSWIRE_TLS_CERTIFICATE and NEWSWIRE_TLS_KEY go together: set both or none")
    username, password = _login(values) if kind == SASL_TLS else (None, None)
    return Security(
        ca=values.get("tls_ca"), certificate=values.get("tls_certificate"), key=values.get("tls_key"),
        mechanism=_mechanism(values), username=username, password=password,
    )  # fmt: skip


def _login(values: Mapping[str, str]) -> tuple[str, str]:
    if "sasl_username" not in values:
        raise NotSecured("NEWSWIRE_SECURITY is sasl_tls: set NEWSWIRE_SASL_USERNAME")
    if ("sasl_password" in values) == ("sasl_password_file" in values):
        raise NotSecured("set one of NEWSWIRE_SASL_PASSWORD and NEWSWIRE_SASL_PASSWORD_FILE")
    if "sasl_password" in values:
        return values["sasl_username"], values["sasl_password"]
    path = values["sasl_password_file"]
    try:
        password = Path(path).read_text(encoding="utf-8").rstrip("\r\n")  # editors end files with a line end
    except (OSError, UnicodeDecodeError) as error:
        raise NotSecured(f"NEWSWIRE_SASL_PASSWORD_FILE {path} cannot be read: {_said(error)}") from None
    if not password:
        raise NotSecured(f"NEWSWIRE_SASL_PASSWORD_FILE {path} is empty")
    return values["sasl_username"], password


def _mechanism(values: Mapping[str, str]) -> str:
    mechanism = values.get("sasl_mechanism", SCRAM[0])
    if mechanism not in SCRAM:
        raise NotSecured(f"NEWSWIRE_SASL_MECHANISM is {mechanism}: give {' or '.join(SCRAM)}")
    return mechanism


def connection_from(environment: Mapping[str, str], bootstrap: str) -> Connection:
    """Return the connection to these addresses under the NEWSWIRE_* variables.

    Raises:
        NotSecured: see security_from().
    """
    return Connection(bootstrap, security_from({name: environment.get(f"NEWSWIRE_{name.upper()}") for name in NAMES}))


def _said(error: Exception) -> str:
    return (getattr(error, "strerror", None) or str(error) or type(error).__name__).splitlines()[0]


async def stop(consumer: Any) -> None:
    """Stop an aiokafka consumer; it then has no connection left.

    Where Kafka was slow to answer a fetch, aiokafka cancels that fetch and lets its CancelledError out. To us it would
    look as if we had been cancelled.
    """
    try:
        await consumer.stop()
    except asyncio.CancelledError:
        task = asyncio.current_task()
        if task is None or task.cancelling():
            raise  # it was us
        await consumer._client.close()
