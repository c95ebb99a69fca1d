"""The release of Kafka that is run, as pinned in kafka.properties (made by lock_kafka.py)."""

from base64 import b64decode
from pathlib import Path
from typing import Final, NamedTuple

PINS: Final = Path(__file__).with_name("kafka.properties")


class Jar(NamedTuple):
    """One artifact of Maven Central."""

    coordinate: str  # group:artifact:version
    size: int  # bytes
    sha256: str

    @property
    def path(self) -> Path:
        """Where it lies in a Maven repository."""
        group, artifact, version = self.coordinate.split(":")
        return Path(*group.split("."), artifact, version, f"{artifact}-{version}.jar")


class Release(NamedTuple):
    """A version of Kafka, what it runs from, and how it wants a new folder formatted."""

    version: str
    checkpoint: bytes  # bootstrap.checkpoint: the features that a new folder starts with
    jars: tuple[Jar, ...]


def read_release() -> Release:
    """Return the pinned release."""
    return parse_release(PINS.read_text(encoding="utf-8"))


def parse_release(text: str) -> Release:
    """Return the release from lines of `key = value`: kafka, checkpoint, and one line for each jar."""
    pins = dict(line.split(" = ", 1) for line in text.splitlines() if line and not line.startswith("#"))
    version, checkpoint = pins.pop("kafka"), b64decode(pins.pop("checkpoint"), validate=True)
    return Release(version, checkpoint, tuple(_jar(coordinate, *value.split()) for coordinate, value in pins.items()))


def _jar(coordinate: str, size: str, sha256: str) -> Jar:
    return Jar(coordinate, int(size), sha256)
