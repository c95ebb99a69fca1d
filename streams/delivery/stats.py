"""Counters of one stage, for the `stats` log line."""

from dataclasses import dataclass, field


@dataclass(slots=True)
class Stats:
    """What a stage did since the start and since the last line. Seconds are wall-clock, from read to acknowledged."""

    stage: str
    read: int = 0
    done: int = 0
    outcomes: dict[str, int] = field(default_factory=dict)
    _done_before: int = 0
    _seconds: list[float] = field(default_factory=list)

    def received(self) -> None:
        """Count a record that was read."""
        self.read += 1

    def dropped(self) -> None:
        """Take back a record that will be read again."""
        self.read -= 1

    def finished(self, outcome: str, seconds: float) -> None:
        """Count a record that was acknowledged."""
        self.done += 1
        self.outcomes[outcome] = self.outcomes.get(outcome, 0) + 1
        self._seconds.append(seconds)

    @property
    def in_flight(self) -> int:
        """Records read and not yet acknowledged."""
        return self.read - self.done

    def line(self, elapsed: float) -> dict[str, object]:
        """Return the fields of a `stats` line for the `elapsed` seconds since the last one, and start anew."""
        recent, self._seconds = sorted(self._seconds), []
        rate = (self.done - self._done_before) / elapsed if elapsed > 0 else 0.0
        self._done_before = self.done
        return {
            "stage": self.stage,
            "read": self.read,
            "done": self.done,
            "in_flight": self.in_flight,
            "per_second": round(rate, 1),
            "p50_ms": _percentile(recent, 0.50),
            "p99_ms": _percentile(recent, 0.99),
            **{f"outcome_{name}": count for name, count in sorted(self.outcomes.items())},
        }


def _percentile(ordered: list[float], share: float) -> float | None:
    if not ordered:
        return None
    return round(ordered[min(len(ordered) - 1, int(share * len(ordered)))] * 1_000, 1)
