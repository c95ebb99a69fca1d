"""What the seeds are expected to become, and the comparison with what they became."""

import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

SEEDS = Path(__file__).resolve().parents[1] / "seeds"
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
    found = []
    if "language" in wanted:
        found.append(_same("language", wanted["language"], event["language"]["code"]))
    if "removed_rules" in wanted:
        found.append(
            _same("removed rules", sorted(set(wanted["removed_rules"])), sorted({r["rule"] for r in event["removed"]}))
        )
    if "problems" in wanted:
        problems = sorted((p["field"], p["problem"]) for p in event["problems"])
        found.append(_same("problems", sorted((p["field"], p["problem"]) for p in wanted["problems"]), problems))
    found += [f"text lacks {text!r}" for text in wanted.get("text_has", ()) if text not in event["text"]]
    found += [f"text has {text!r}" for text in wanted.get("text_lacks", ()) if text in event["text"]]
    return found


def model_misses(seed: Seed, event: dict[str, Any]) -> list[str]:
    """Return expected topics and entities that the models did not find; models are held to a floor, not to each."""
    topics = {topic["id"] for topic in event.get("topics", ())}
    entities = {(entity["type"], entity["name"]) for entity in event.get("entities", ())}
    missing = [topic for topic in seed.expected.get("topics_include", ()) if topic not in topics]
    missing += [
        f"{entity['type']} {entity['name']}"
        for entity in seed.expected.get("entities_include", ())
        if (entity["type"], entity["name"]) not in entities
    ]
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
