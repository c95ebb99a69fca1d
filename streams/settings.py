"""Settings: one frozen model; every field has its meaning, unit and default. Read from NEWSWIRE_* variables."""

import os
from collections.abc import Mapping
from functools import cached_property
from pathlib import Path
from typing import Annotated, Literal

from pydantic import BeforeValidator, Field, SecretStr, ValidationError
from pydantic_settings import BaseSettings, SettingsConfigDict

from streams.connect import NAMES, NotSecured, security_from
from streams.contracts.connection import SCRAM, Connection
from streams.contracts.topics import DEFAULT_PARTITIONS, Catalogue


class SettingsError(Exception):
    """A setting has a value that cannot be used; the message is one line per setting."""


def default_state_folder() -> Path:
    """Return the folder that holds what newswire keeps between runs of this project."""
    return Path.cwd() / ".newswire"


def usable_cores() -> int:
    """Return how many cores this process may use."""
    return len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1


def _upper(given: object) -> object:
    return given.upper() if isinstance(given, str) else given


class Settings(BaseSettings):
    """Everything that can be set from outside."""

    model_config = SettingsConfigDict(env_prefix="NEWSWIRE_", frozen=True, extra="ignore")

    bootstrap: str | None = Field(
        None, description="Kafka to use, host:port[,host:port]; none: `up` starts the embedded one, other verbs stop."
    )
    security: Literal["plaintext", "tls", "sasl_tls"] = Field(
        "plaintext", description="How to speak to Kafka; nothing falls back to plaintext (docs/security.md)."
    )
    sasl_mechanism: str = Field(SCRAM[0], description="SCRAM-SHA-512 or SCRAM-SHA-256.")
    sasl_username: str = Field("", description="Who we are to Kafka, with sasl_tls.")
    sasl_password: SecretStr = Field(SecretStr(""), description="Its password; or name a file.")
    sasl_password_file: str = Field("", description="File with the password, instead of the password itself.")
    tls_ca: str = Field("", description="PEM file of who signed the brokers' certificates. Empty: the system's.")
    tls_certificate: str = Field("", description="PEM file of our own certificate, where brokers ask for one.")
    tls_key: str = Field("", description="PEM file of its key, without a password.")
    group: str = Field("newswire", min_length=1, description="Consumer group and application id of the workers.")
    prefix: str = Field("", pattern=r"^[A-Za-z0-9._-]*$", description="Put before every topic name.")
    partitions: Annotated[int, Field(ge=1, le=1_000)] = Field(
        DEFAULT_PARTITIONS,
        description="Partitions of every topic but those that hold one order of things (one each).",
    )
    replication: Annotated[int, Field(ge=1, le=10)] = Field(
        1, description="Replicas of every topic that newswire creates."
    )
    slot: str = Field(
        "", pattern=r"^[A-Za-z0-9._-]*$",
        description="Name of this worker in its group; a stable one makes restarts short. Empty: no static membership.",
    )  # fmt: skip
    processes: Annotated[int, Field(ge=1, le=256)] = Field(
        default_factory=usable_cores,
        description="Processes that run the models. Default: one for each usable core.",
    )  # fmt: skip
    in_flight: Annotated[int, Field(ge=1, le=10_000)] = Field(
        256, description="Records that a stage may have read and not yet acknowledged; more raises memory, not speed."
    )
    linger_ms: Annotated[int, Field(ge=0, le=1_000)] = Field(
        25, description="Milliseconds that a record may wait for company in a batch to Kafka."
    )
    skip_expired: bool = Field(
        False, description="Go on where records left retention before a stage read them, instead of stopping."
    )
    commit_seconds: Annotated[float, Field(gt=0, le=60)] = Field(0.5, description="Seconds between commits of offsets.")
    session_seconds: Annotated[float, Field(ge=6, le=300)] = Field(
        10.0, description="Seconds after which Kafka gives the partitions of a silent worker to another."
    )
    request_seconds: Annotated[float, Field(ge=1, le=600)] = Field(
        30.0, description="Seconds that a record may wait to be acknowledged by Kafka before the worker stops."
    )
    stats_seconds: Annotated[float, Field(gt=0, le=3_600)] = Field(
        10.0, description="Seconds between `stats` log lines."
    )
    health_seconds: Annotated[float, Field(gt=0, le=3_600)] = Field(
        30.0, description="Seconds without progress after which `newswire health` calls a worker stale."
    )
    model_timeout_seconds: Annotated[float, Field(gt=0, le=3_600)] = Field(
        60.0, description="Seconds that one article may take in the models before it goes on without entities."
    )
    dedupe_hours: Annotated[float, Field(gt=0, le=87_600)] = Field(  # ten years
        72.0, description="Hours that a dedupe decision is remembered."
    )
    dedupe_articles: Annotated[int, Field(ge=1)] = Field(
        1_000_000,
        description="Articles that dedupe remembers at most: under 1 KB of memory each, and 2 KB below `state`.",
    )
    resolve_hours: Annotated[float, Field(gt=0, le=87_600)] = Field(
        336.0, description="Hours that resolve remembers the entities of an article."
    )
    resolve_articles: Annotated[int, Field(ge=1)] = Field(
        100_000,
        description="Articles whose entities resolve remembers at most: some 2 KB of memory each, and 7 below `state`.",
    )
    state: Path = Field(default_factory=default_state_folder, description="Folder for what is kept between runs.")
    log_level: Annotated[Literal["DEBUG", "INFO", "WARNING", "ERROR"], BeforeValidator(_upper)] = Field(
        "INFO", description="Least severe log line that is shown."
    )
    log_format: Literal["auto", "json", "console"] = Field(
        "auto", description="auto: console on a terminal, JSON elsewhere."
    )

    @cached_property
    def catalogue(self) -> Catalogue:
        """The topics under these settings."""
        return Catalogue(prefix=self.prefix, partitions=self.partitions)

    @cached_property  # reads the password's file
    def connection(self) -> Connection:
        """The Kafka under these settings, which name one.

        Raises:
            SettingsError: the security is incomplete or contradicts itself.
        """
        assert self.bootstrap, "no broker is named"  # noqa: S101 - the verbs check it with a message
        given = {name: getattr(self, name) for name in NAMES}
        try:
            return Connection(
                self.bootstrap, security_from({**given, "sasl_password": self.sasl_password.get_secret_value()})
            )
        except NotSecured as error:
            raise SettingsError(str(error)) from None


def load(**given: object) -> Settings:
    """Read the settings; what is given (and not None) wins over the environment.

    Raises:
        SettingsError: one readable line for each wrong value.
    """
    try:
        return Settings(**{name: value for name, value in given.items() if value is not None})  # type: ignore[arg-type]
    except ValidationError as error:
        lines = [
            f"{_given_as(str(e['loc'][0]), given)}: {e['msg']}"
            + ("" if "password" in str(e["loc"][0]) else f" (got {e['input']!r})")
            for e in error.errors()
        ]
        raise SettingsError("\n".join(lines)) from None


def _given_as(name: str, given: Mapping[str, object]) -> str:
    """Return what a person knows the setting by: its variable, and the option where that was used."""
    variable = f"setting NEWSWIRE_{name.upper()}"
    return variable if given.get(name) is None else f"--{name.replace('_', '-')} ({variable})"


def group_of(settings: Settings, stage: str) -> str:
    """Return the consumer group of a stage."""
    return f"{settings.group}.{stage}"
