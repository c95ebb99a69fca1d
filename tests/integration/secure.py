"""A broker that authenticates, encrypts and authorises: TLS, SCRAM users, and nothing allowed that is not granted."""

import datetime
import ipaddress
import os
import secrets
import socket
import subprocess
from collections.abc import Iterator, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field, replace
from pathlib import Path
from typing import Final

from aiokafka.protocol.admin import CreateAclsRequest_v1
from aiokafka.protocol.api import Request
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID

from streams.broker.config import LOOPBACK, NODE_ID, java_command, server_properties
from streams.broker.embedded import DATA, EmbeddedKafka
from streams.broker.jars import kafka_classpath
from streams.broker.java import find_java
from streams.broker.rights import BITS
from streams.broker.session import ask, client_of
from streams.contracts.acls import ROLES, Grant
from streams.contracts.connection import Connection, Security

ADMIN: Final = "root"  # the super user; the role `admin` is an ordinary one
USERS: Final = (ADMIN, "nobody", *ROLES)
RESOURCES: Final = {"topic": 2, "group": 3, "cluster": 4}  # Kafka's ResourceType
LITERAL: Final = 3  # Kafka's PatternType
PREFIXED: Final = 4
DENY: Final = 2  # Kafka's AclPermissionType
ALLOW: Final = 3


@dataclass(frozen=True)
class Authority:
    """A certificate authority of this test alone."""

    key: ec.EllipticCurvePrivateKey
    certificate: x509.Certificate

    @classmethod
    def new(cls, name: str) -> "Authority":
        key = ec.generate_private_key(ec.SECP256R1())
        subject = _named(name)
        builder = _builder(subject, subject, key.public_key()).add_extension(
            x509.BasicConstraints(ca=True, path_length=0), critical=True
        )
        return cls(key, builder.sign(key, hashes.SHA256()))

    def issue(self, name: str, address: str | None = None) -> tuple[bytes, bytes]:
        """Return a key (PKCS #8) and a certificate, both PEM."""
        key = ec.generate_private_key(ec.SECP256R1())
        builder = _builder(_named(name), self.certificate.subject, key.public_key())
        if address is not None:
            names = x509.SubjectAlternativeName([x509.IPAddress(ipaddress.ip_address(address))])
            builder = builder.add_extension(names, critical=False)
        return (
            key.private_bytes(
                serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
            ),
            _pem(builder.sign(self.key, hashes.SHA256())),
        )

    def write(self, path: Path) -> Path:
        """Write the authority's certificate as PEM."""
        path.write_bytes(_pem(self.certificate))
        return path


def _named(name: str) -> x509.Name:
    return x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, name)])


def _builder(subject: x509.Name, issuer: x509.Name, key: ec.EllipticCurvePublicKey) -> x509.CertificateBuilder:
    now = datetime.datetime.now(datetime.UTC)
    return x509.CertificateBuilder(
        subject_name=subject, issuer_name=issuer, public_key=key, serial_number=x509.random_serial_number(),
        not_valid_before=now - datetime.timedelta(minutes=5), not_valid_after=now + datetime.timedelta(days=1),
    )  # fmt: skip


def _pem(certificate: x509.Certificate) -> bytes:
    return certificate.public_bytes(serialization.Encoding.PEM)


@dataclass(frozen=True)
class SecureKafka:
    """A running broker, and how each user reaches it."""

    bootstrap: str
    tls_only: str  # listener that asks for a client certificate instead of a password
    plaintext: str  # the broker's own listener
    ca: Path
    client: tuple[Path, Path]  # certificate and key of User:CN=worker
    passwords: dict[str, str] = field(repr=False)

    def connection(self, user: str) -> Connection:
        """Return the connection of a user."""
        return Connection(self.bootstrap, Security(ca=str(self.ca), username=user, password=self.passwords[user]))

    def environment(self, user: str) -> dict[str, str]:
        """Return the variables that make newswire this user."""
        return {
            "NEWSWIRE_BOOTSTRAP": self.bootstrap, "NEWSWIRE_SECURITY": "sasl_tls", "NEWSWIRE_TLS_CA": str(self.ca),
            "NEWSWIRE_SASL_USERNAME": user, "NEWSWIRE_SASL_PASSWORD": self.passwords[user],
        }  # fmt: skip

    async def allow(self, principal: str, grants: Sequence[Grant]) -> None:
        """Grant exactly these."""
        await self._rule(_Rules(principal, grants, ALLOW))

    async def deny(self, principal: str, topic: str, operation: str) -> None:
        """Forbid an operation on a topic, whatever is granted."""
        await self._rule(_Rules(principal, [Grant("topic", topic, (operation,))], DENY))

    async def _rule(self, request: "_Rules") -> None:
        async with client_of(self.connection(ADMIN)) as client:
            answer = await ask(client, self.bootstrap, request)
        problems = [(code, message) for code, message in answer.creation_responses if code]
        assert not problems, problems


class _Rules(Request[CreateAclsRequest_v1]):  # type: ignore[misc]
    API_KEY = 30

    def __init__(self, principal: str, grants: Sequence[Grant], permission: int) -> None:
        self._principal, self._grants, self._permission = principal, grants, permission

    def build(self, request_struct_class: type[CreateAclsRequest_v1]) -> CreateAclsRequest_v1:
        return request_struct_class(
            [
                (
                    RESOURCES[grant.resource], grant.name, PREFIXED if grant.prefixed else LITERAL, self._principal,
                    "*", BITS[operation], self._permission,
                )
                for grant in self._grants
                for operation in grant.operations
            ]
        )  # fmt: skip


@contextmanager
def secure_kafka(folder: Path) -> Iterator[SecureKafka]:
    """Run a broker with a listener for SASL over TLS, one for mutual TLS, and authorisation."""
    folder.mkdir(parents=True)
    authority = Authority.new("newswire test authority")
    key, certificate = authority.issue("broker", LOOPBACK)
    (folder / "broker.pem").write_bytes(key + certificate)
    client_key, client_certificate = authority.issue("worker")
    client = folder / "client.pem", folder / "client.key"
    client[0].write_bytes(client_certificate)
    client[1].write_bytes(client_key)
    ca = authority.write(folder / "ca.pem")
    passwords = {user: secrets.token_urlsafe(16) for user in USERS}
    own, controller, sasl, tls = free_ports(4)
    properties = {
        "listeners": f"BROKER://{LOOPBACK}:{own},CONTROLLER://{LOOPBACK}:{controller},"
        f"SASL://{LOOPBACK}:{sasl},TLS://{LOOPBACK}:{tls}",
        "advertised.listeners": f"BROKER://{LOOPBACK}:{own},SASL://{LOOPBACK}:{sasl},TLS://{LOOPBACK}:{tls}",
        "listener.security.protocol.map": "BROKER:PLAINTEXT,CONTROLLER:PLAINTEXT,SASL:SASL_SSL,TLS:SSL",
        "controller.quorum.voters": f"{NODE_ID}@{LOOPBACK}:{controller}",
        "sasl.enabled.mechanisms": "SCRAM-SHA-512,SCRAM-SHA-256",
        "listener.name.sasl.scram-sha-512.sasl.jaas.config": JAAS,
        "listener.name.sasl.scram-sha-256.sasl.jaas.config": JAAS,
        "ssl.keystore.type": "PEM",
        "ssl.keystore.location": str(folder / "broker.pem"),
        "ssl.truststore.type": "PEM",
        "ssl.truststore.location": str(ca),
        "listener.name.tls.ssl.client.auth": "required",
        "authorizer.class.name": "org.apache.kafka.metadata.authorizer.StandardAuthorizer",
        "super.users": f"User:ANONYMOUS;User:{ADMIN}",  # ANONYMOUS: the broker to itself, on listeners of its own
        "allow.everyone.if.no.acl.found": "false",
    }
    _format(folder / "kafka", properties, passwords)
    with ExitStack() as stack:
        stack.enter_context(EmbeddedKafka(folder / "kafka", port=own, properties=properties))
        yield SecureKafka(f"{LOOPBACK}:{sasl}", f"{LOOPBACK}:{tls}", f"{LOOPBACK}:{own}", ca, client, passwords)


JAAS: Final = "org.apache.kafka.common.security.scram.ScramLoginModule required;"


def _format(folder: Path, properties: dict[str, str], passwords: dict[str, str]) -> None:
    """Format the data folder with its users, by Kafka's own tool: they exist before the broker starts."""
    folder.mkdir()
    settings = folder / "format.properties"
    settings.write_text(server_properties(DATA, 1, 2, properties), encoding="utf-8")  # ports are read, not opened
    users = [
        f"--add-scram={mechanism}=[name={user},password={password}]"
        for user, password in passwords.items()
        for mechanism in ("SCRAM-SHA-512", "SCRAM-SHA-256")
    ]
    command = java_command(
        find_java(), kafka_classpath(), folder, "kafka.tools.StorageTool", "format",
        f"--cluster-id={secrets.token_urlsafe(16)}", "--config", str(settings), *users,
    )  # fmt: skip
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    assert done.returncode == 0, done.stdout + done.stderr


def free_ports(count: int) -> list[int]:
    """Return ports that are free just now."""
    with ExitStack() as stack:
        probes = [stack.enter_context(socket.socket()) for _ in range(count)]
        for probe in probes:
            probe.bind((LOOPBACK, 0))
        return [int(probe.getsockname()[1]) for probe in probes]


def with_other(connection: Connection, **changes: str) -> Connection:
    """Return the connection with another password, authority or user."""
    assert connection.security is not None
    return replace(connection, security=replace(connection.security, **changes))


def secrets_in(text: bytes, kafka: SecureKafka) -> list[str]:
    """Return the users whose passwords occur in what was written."""
    return [user for user, password in kafka.passwords.items() if password.encode() in text]


def clean_environment() -> dict[str, str]:
    """Return the environment without settings of newswire."""
    return {name: value for name, value in os.environ.items() if not name.startswith("NEWSWIRE_")}
