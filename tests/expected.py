"""What the seeds are expected to become, and the comparison with what they became."""

import json
from collections.abc import Iterable
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
FOREIGN = "foreign_paragraph"
FLOW = ("articles.jsonl", "bad_input.jsonl")


@dataclass(frozen=True)
class Seed:
    """One line of a seed file, and what is expected of it."""

    file: str
    line: int
    value: bytes
    expected: dict[str, Any]

    @property
    def name(self) -> str:
        return f"{self.file}:{self.line}"


def load_seeds() -> list[Seed]:
    """Return the seeds in the order in which they are published."""
    expected = {(e["file"], e["line"]): e for e in map(json.loads, (SEEDS / "expected.jsonl").open(encoding="utf-8"))}
    return [
        Seed(file, number, value.rstrip(b"\n"), expected[file, number])
        for file in FLOW
        for number, value in enumerate((SEEDS / file).open("rb"), start=1)
    ]


def differences(seed: Seed, event: dict[str, Any], article_ids: dict[tuple[str, int], str]) -> list[str]:
    """Return in which ways an outcome (with `outcome` added) is not what was expected."""
    wanted = seed.expected
    found = [
        _same("outcome", wanted["outcome"], event["outcome"]),
        *(
            _same(name, wanted[name], event.get(name))
            for name in ("verdict", "change", "version", "reason")
            if name in wanted
        ),
    ]
    if "of" in wanted:
        found.append(
            _same("canonical_id", article_ids[wanted["of"]["file"], wanted["of"]["line"]], event.get("canonical_id"))
        )
    if event["outcome"] == "enriched":
        found += _enriched(wanted, event)
    return [f"{seed.name}: {difference}" for difference in found if difference]


def _enriched(wanted: dict[str, Any], event: dict[str, Any]) -> list[str]:
    named = event["changes"] or {}
    found = [_same(f"changes: {name}", value, named.get(name)) for name, value in wanted.get("changes", {}).items()]
    if "language" in wanted:
        found.append(_same("language", wanted["language"], event["language"]["code"]))
    if "removed_rules" in wanted:
        found.append(
            _same("removed rules", _rules(wanted["removed_rules"]), _rules(r["rule"] for r in event["removed"]))
        )
    if "problems" in wanted:
        problems = sorted((p["field"], p["problem"]) for p in event["problems"])
        found.append(_same("problems", sorted((p["field"], p["problem"]) for p in wanted["problems"]), problems))
    kept = "\n".join([event["text"], *(r["text"] for r in event["removed"] if r["rule"] == FOREIGN)])
    found += [f"text lacks {text!r}" for text in wanted.get("text_has", ()) if text not in kept]
    if not _foreign_missed(wanted, event):
        found += [f"text has {text!r}" for text in wanted.get("text_lacks", ()) if text in event["text"]]
    return found


def _rules(names: Iterable[str]) -> list[str]:
    """Return the rules but the one that a model decides; that is counted by `foreign_errors`."""
    return sorted(set(names) - {FOREIGN})


def _foreign_missed(wanted: dict[str, Any], event: dict[str, Any]) -> bool:
    return FOREIGN in wanted.get("removed_rules", ()) and FOREIGN not in {r["rule"] for r in event["removed"]}


def foreign_errors(seed: Seed, event: dict[str, Any]) -> tuple[list[str], list[str]]:
    """Return which planted paragraphs of another story were missed, and which own ones were taken for foreign."""
    taken = [r["text"] for r in event.get("removed", ()) if r["rule"] == FOREIGN]
    planted = FOREIGN in seed.expected.get("removed_rules", ())
    missed = [f"{seed.name}: planted paragraph missed"] if planted and not taken else []
    wrong = [] if planted else [f"{seed.name}: {' '.join(text.split()[:10])} …" for text in taken]
    return missed, wrong


def model_misses(seed: Seed, event: dict[str, Any]) -> list[str]:
    """Return expected topics, entities and links that were not found; models are held to a floor, not to each."""
    topics = {topic["id"] for topic in event.get("topics", ())}
    found = {
        (entity["type"], entity["name"]): [link["id"] for link in entity["links"]]
        for entity in event.get("entities", ())
    }
    missing = [topic for topic in seed.expected.get("topics_include", ()) if topic not in topics]
    for entity in seed.expected.get("entities_include", ()):
        links = found.get((entity["type"], entity["name"]))
        if links is None:
            missing.append(f"{entity['type']} {entity['name']}")
        elif "geonames" in entity and links != [entity["geonames"]]:
            missing.append(f"{entity['name']}: geonames {entity['geonames']}, found {links}")
    return [f"{seed.name}: {what}" for what in missing]


def model_expectations(seed: Seed) -> int:
    """Return how many topics and entities are expected of a seed."""
    return len(seed.expected.get("topics_include", ())) + len(seed.expected.get("entities_include", ()))


def article_id_of(event: dict[str, Any]) -> str:
    """Return the article_id of an outcome; dead letters have none."""
    return str(event.get("article_id", ""))


def offsets_hold(event: dict[str, Any]) -> bool:
    """Say whether every mention stands where the event says it does."""
    text = event["text"]
    return all(text[m["start"] : m["end"]] == m["text"] for e in event["entities"] for m in e["mentions"])


def _same(name: str, wanted: object, found: object) -> str:
    return "" if wanted == found else f"{name}: expected {wanted!r}, found {found!r}"
