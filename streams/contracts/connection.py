"""How to reach a Kafka: addresses, and what proves to each side who the other is. Plain data."""

from dataclasses import dataclass, field
from typing import Final

SCRAM: Final = ("SCRAM-SHA-512", "SCRAM-SHA-256")  # mechanisms that never send the password


@dataclass(frozen=True, slots=True)
class Security:
    """TLS, always; with a username SASL/SCRAM inside it. Paths are of PEM files.

    `ca` signed the brokers' certificates (None: one of the system's). `certificate` and `key` are our own, for brokers
    that ask for them. The password is in no representation.
    """

    ca: str | None = None
    certificate: str | None = None
    key: str | None = None
    mechanism: str = SCRAM[0]
    username: str | None = None
    password: str | None = field(default=None, repr=False)


@dataclass(frozen=True, slots=True)
class Connection:
    """A Kafka to use: `host:port[,host:port]`, and its security. None: plaintext, which has to be chosen."""

    bootstrap: str
    security: Security | None = None

    def __str__(self) -> str:
        return self.bootstrap


Kafka = Connection | str  # an address alone is a plaintext connection


def connection_of(kafka: Kafka) -> Connection:
    """Return the connection that is meant."""
    return kafka if isinstance(kafka, Connection) else Connection(kafka)
