"""The language of texts by their length, right, undetermined or wrong: `python -m tests.quality.language` prints it.

English: a seeded sample of each set of the data folder, its titles alone and the first words of its texts alone, as if
nothing else were known. Other languages: the example sentences that come with spaCy (484 in 66 languages, of which the
detector knows 61), and the seeds. Norwegian is one language, and so are Indonesian and Malay, and Bosnian, Croatian and
Serbian: whoever reads one reads the other.
"""

import json
import random
from collections.abc import Iterable, Sequence
from functools import lru_cache
from importlib import import_module
from pathlib import Path
from pkgutil import iter_modules
from typing import Final, NamedTuple

import spacy.lang

from streams.core.language import UNKNOWN, read_language
from streams.models.language import load_detector
from tests.data import DATA
from tests.quality.figures import share
from training.topics.corpus import json_lines, worldwide

SEED: Final = 20260408
ROWS: Final = 800  # of each set
FIRST_WORDS: Final = (5, 10, 20, 30)
SHORT: Final = ("title", *(f"first {n} words" for n in FIRST_WORDS[:3]))  # under 30 words
LENGTHS: Final = ("title", *(f"first {n} words" for n in FIRST_WORDS), "title and text")
_SAME: Final = {"nb": "no", "nn": "no", "ms": "id", "hr": "sr", "bs": "sr", "grc": "el", "kmr": "ku"}
_SEEDS: Final = Path(__file__).parents[2] / "seeds"


class Text(NamedTuple):
    """An article, and the code of its language."""

    set: str
    language: str
    title: str
    body: str


class Tally(NamedTuple):
    """How many texts got the right code, `und`, or a wrong one."""

    right: int
    unknown: int
    wrong: int


@lru_cache(maxsize=1)
def english() -> tuple[Text, ...]:
    """Return the sample of English articles."""
    bbc = (row["text"].partition("\n")[::2] for row in json_lines(DATA / "topics/bbc.jsonl.gz"))
    sets: dict[str, Iterable[tuple[str, str]]] = {
        "allsides": ((r["title"], r["body"]) for r in json_lines(DATA / "articles/allsides_8k.jsonl.gz")),
        "reuters": ((r["title"], r["body"]) for r in json_lines(DATA / "articles/reuters_train.jsonl.gz")),
        "masakhanews": ((r["title"], r["text"]) for r in json_lines(DATA / "topics/masakhanews_en_dev.jsonl.gz")),
        "bbc": bbc,
        "ag": ((r["title"], r["text"]) for r in json_lines(DATA / "topics/agnews_a.jsonl.gz")),
        "worldwide": ((r.title, r.text) for r in worldwide(DATA)),
        "pages": ((r["title"], r["text"]) for r in json_lines(DATA / "pages/articledata_gold.jsonl.gz")),
        "wikinews": (
            (a["title"], a["body"])
            for event in json_lines(DATA / "stories/wikinews_events_dev.jsonl.gz")
            for a in event["articles"]
        ),
    }
    return tuple(Text(name, "en", *pair) for name, rows in sets.items() for pair in _drawn(rows))


def _drawn(rows: Iterable[tuple[str, str]]) -> list[tuple[str, str]]:
    kept = [(title.strip(), body.strip()) for title, body in rows]
    return random.Random(SEED).sample(kept, min(ROWS, len(kept)))


def foreign_sentences() -> tuple[Text, ...]:
    """Return the example sentences of all languages but English, as titles."""
    found = []
    for module in iter_modules(spacy.lang.__path__):
        try:
            sentences = import_module(f"spacy.lang.{module.name}.examples").sentences
        except ImportError:
            continue
        if module.name not in ("en", "xx"):  # `xx` is several
            found += [Text("spaCy's examples", module.name, sentence, "") for sentence in sentences]
    return tuple(found)


def known_sentences() -> tuple[Text, ...]:
    """Return those in languages that the detector knows; the others can only be undetermined or wrong."""
    known = {code for code, _ in load_detector()("")}
    return tuple(text for text in foreign_sentences() if _SAME.get(text.language, text.language) in known)


def foreign_seeds() -> tuple[Text, ...]:
    """Return the seeds in other languages that end as articles."""
    lines = (_SEEDS / "articles.jsonl").read_bytes().splitlines()
    expected = map(json.loads, (_SEEDS / "expected.jsonl").read_text(encoding="utf-8").splitlines())
    wanted = {e["line"]: e["language"] for e in expected if e["file"] == "articles.jsonl" and "language" in e}
    rows = ((json.loads(lines[at - 1]), code) for at, code in wanted.items() if code not in ("en", UNKNOWN))
    return tuple(Text("seeds", code, r["title"], r.get("text") or r.get("summary") or "") for r, code in rows)


def cut(text: Text, length: str) -> tuple[str, str] | None:
    """Return title and text as the class of length shows them; None where the article has nothing to show."""
    if length == "title and text":
        return (text.title, text.body) if text.body else None
    if length == "title":
        return (text.title, "") if text.title else None
    words = text.body.split()[: int(length.split()[1])]
    return ("", " ".join(words)) if words else None


@lru_cache
def verdicts(texts: tuple[Text, ...], length: str) -> list[int]:
    """Return for each text that has so much: 0 right, 1 undetermined, 2 wrong."""
    detect = load_detector()
    found = []
    for text in texts:
        if (shown := cut(text, length)) is not None:
            code = read_language(detect, *shown, None).code
            same = _SAME.get(code, code) == _SAME.get(text.language, text.language)
            found.append(0 if same else 1 if code == UNKNOWN else 2)
    return found


def tally(found: Sequence[int]) -> Tally:
    """Count the verdicts."""
    return Tally(*(found.count(verdict) for verdict in range(3)))


def _told(found: Sequence[int], verdict: int) -> str:
    hits = found.count(verdict)
    return share(hits, len(found)).told(counts=str(hits))


def _print_rows(name: str, texts: tuple[Text, ...], lengths: Sequence[str]) -> None:
    for length in lengths:
        if found := verdicts(texts, length):
            shares = " | ".join(_told(found, verdict) for verdict in range(3))
            print(f"| {name} | {length} | {len(found)} | {shares} |")


def main() -> None:
    """Print the tables."""
    print("| texts | shown | number | right | und | wrong |\n| --- | --- | --- | --- | --- | --- |")
    _print_rows("English, all sets", english(), LENGTHS)
    for name in dict.fromkeys(text.set for text in english()):
        _print_rows(f"English, {name}", tuple(t for t in english() if t.set == name), ("title", "first 10 words"))
    known = known_sentences()
    unknown = tuple(text for text in foreign_sentences() if text not in known)
    _print_rows("other languages, spaCy's examples", known, ("title",))
    _print_rows("languages unknown to the detector", unknown, ("title",))
    _print_rows("other languages, seeds", foreign_seeds(), LENGTHS)


if __name__ == "__main__":
    main()
