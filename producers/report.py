"""What a run did: every article that was read is published, refused, or sent without an answer."""

import json
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Final

MAX_LISTED: Final = 1_000  # refusals and problems kept with their reason; beyond that they are counted only
MAX_SHOWN: Final = 20  # of them on a terminal


@dataclass(slots=True)
class Report:
    """Counts of one run, filled while it goes on. At its end `read` = `published` + `refused_count` + `unanswered`."""

    topic: str = ""
    read: int = 0
    published: int = 0  # acknowledged by Kafka; in a dry run: what would have been sent
    refused: list[tuple[str, str]] = field(default_factory=list)  # (where, reason), the first MAX_LISTED
    refused_count: int = 0
    problems: list[tuple[str, str]] = field(default_factory=list)  # (where, problem): read, but not as it should be
    problem_count: int = 0
    skipped: dict[str, int] = field(default_factory=dict)  # why -> how many: blank lines, earlier runs, other files
    unanswered: int = 0  # not known to be delivered: may or may not be on the topic
    stopped: str = ""  # why the run ended before its input did
    seconds: float = 0.0
    dry_run: bool = False

    def refuse(self, where: str, reason: str) -> None:
        """Note input that cannot be sent."""
        self.refused_count += 1
        if len(self.refused) < MAX_LISTED:
            self.refused.append((where, reason))

    def problem(self, where: str, problem: str) -> None:
        """Note input that could be read in part only."""
        self.problem_count += 1
        if len(self.problems) < MAX_LISTED:
            self.problems.append((where, problem))

    def skip(self, why: str, count: int = 1) -> None:
        """Note input that is not meant to be sent."""
        self.skipped[why] = self.skipped.get(why, 0) + count

    def to_json(self) -> str:
        """Return the report as one line of JSON."""
        return json.dumps({**asdict(self), "seconds": round(self.seconds, 3)}, ensure_ascii=False)

    def render(self) -> str:
        """Return the report for people: what happened first, then what needs looking at."""
        return "\n".join(self._lines())

    def _lines(self) -> list[str]:
        done = "would be published" if self.dry_run else "published"
        rate = f" ({self.published / self.seconds:,.0f}/s)" if self.seconds >= 1 and self.published else ""
        lines = [f"{_articles(self.published)} {done} to {self.topic} in {self.seconds:.1f} s{rate}"]
        if self.unanswered:
            lines.append(f"{_articles(self.unanswered)} not known to be delivered: publish again, copies do no harm")
        lines += [f"{count:,} skipped: {why}" for why, count in self.skipped.items()]
        lines += _listed(self.refused, self.refused_count, lambda n: f"{n:,} refused:")
        lines += _listed(self.problems, self.problem_count, lambda n: f"{n:,} read with a problem:")
        if self.stopped:
            lines.append(f"stopped: {self.stopped}")
        return lines


def _articles(count: int) -> str:
    return f"{count:,} article{'' if count == 1 else 's'}"


def _listed(noted: list[tuple[str, str]], count: int, title: Callable[[int], str]) -> list[str]:
    if not count:
        return []
    shown = [f"  {where}: {reason}" for where, reason in noted[:MAX_SHOWN]]
    more = [f"  and {count - MAX_SHOWN:,} more"] if count > MAX_SHOWN else []
    return [title(count), *shown, *more]
