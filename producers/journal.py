"""A small file that remembers how far each input was published, so that a run can be taken up again."""

import json
import os
import re
from collections.abc import Mapping
from pathlib import Path
from typing import Final, Self

from producers.errors import DeliveryError, InputError
from producers.items import Place

WRITE_EVERY: Final = 1_000  # acknowledgements between writes; a write is an fsync, 1 to 10 ms
_NAME: Final = re.compile(r"[A-Za-z0-9_-][A-Za-z0-9._-]{0,99}")


class Journal:
    """How far each input is acknowledged, without gaps: what it says is published is on the topic.

    The mark beside each number is a hash of the input so far: an input that has changed before that point is
    read again from its start, one that has only grown goes on.
    """

    def __init__(self, file: Path, topic: str, places: Mapping[str, Place]) -> None:
        self.file = file
        self.topic = topic
        self.places = dict(places)
        self._unwritten = 0

    @classmethod
    def load(cls, state: Path, name: str, topic: str) -> Self:
        """Read the journal of this name, or begin it.

        Raises:
            InputError: the name is none, the file is damaged, or it belongs to another topic.
        """
        if not _NAME.fullmatch(name):
            raise InputError(f"--resume {name!r}: use letters, digits, '-', '_' and '.' for the name")
        file = state / "producers" / f"{name}.json"
        try:
            known = json.loads(file.read_bytes())
            inputs = known["inputs"].items()
            places = {path: Place(path, int(seen["number"]), int(seen["mark"], 16)) for path, seen in inputs}
            theirs = str(known["topic"])
        except FileNotFoundError:
            return cls(file, topic, {})
        except OSError as error:
            raise InputError(f"{file}: the journal cannot be read: {error.strerror}") from None
        except (ValueError, KeyError, TypeError, AttributeError):
            raise InputError(f"{file}: the journal is damaged; delete it to publish everything again") from None
        if theirs != topic:
            raise InputError(f"{file}: the journal belongs to topic {theirs}; use another --resume name for {topic}")
        return cls(file, topic, places)

    def note(self, place: Place) -> None:
        """Remember that everything up to this place is acknowledged."""
        self.places[place.path] = place
        self._unwritten += 1

    def write_if_due(self) -> None:
        """Write after WRITE_EVERY notes; see write()."""
        if self._unwritten >= WRITE_EVERY:
            self.write()

    def write(self) -> None:
        """Put the journal on the disk; the file is the old one or the new one, never half of it.

        Raises:
            DeliveryError: it cannot be written; without it a killed run could not say what it published.
        """
        try:
            self._write()
        except OSError as error:
            raise DeliveryError(f"{self.file}: the journal cannot be written: {error.strerror or error}") from error
        self._unwritten = 0

    def _write(self) -> None:
        inputs = {path: {"number": seen.number, "mark": f"{seen.mark:016x}"} for path, seen in self.places.items()}
        text = json.dumps({"topic": self.topic, "inputs": inputs}, indent=1)
        self.file.parent.mkdir(parents=True, exist_ok=True)
        new = self.file.with_suffix(".json.new")
        with new.open("w", encoding="utf-8") as out:
            out.write(text)
            out.flush()
            os.fsync(out.fileno())
        new.replace(self.file)
