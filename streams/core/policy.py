"""Policies are frozen dataclasses of numbers; their version names exactly these numbers."""

import hashlib
from dataclasses import asdict, dataclass


@dataclass(frozen=True, slots=True)
class Policy:
    """Base of the policies: a set of numbers that verdicts depend on."""

    @property
    def version(self) -> str:
        """Return a short name of exactly these values."""
        text = repr(sorted(asdict(self).items()))
        return hashlib.blake2b(text.encode(), digest_size=6).hexdigest()
