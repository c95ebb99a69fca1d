"""The texts that topics are trained and measured on, read from the data folder beside the project.

Nothing here copies a text into the project: rows are named by source, id and a hash of the text.
"""

import gzip
import hashlib
import io
import json
import re
import tarfile
from collections.abc import Iterator
from pathlib import Path
from typing import Any, NamedTuple

NEWSWIRE = Path("ner/worldwide_newswire_dev.tar.xz")
MASAKHANEWS = Path("topics/masakhanews_en_dev.jsonl.gz")
MEDIATOPICS = Path("iptc/mediatopics_en_GB.tar.xz")
ALLSIDES = Path("articles/allsides_8k.jsonl.gz")
SHA_PREFIX = 16  # hex digits: 64 bits tell 1,300 rows apart and notice a changed text

_NO_SPACE_BEFORE = re.compile(r" (?=[,.;:!?%)\]}’”]|'s\b|n't\b|''|'(?:re|ve|ll|d|m)\b)")
_NO_SPACE_AFTER = re.compile(r"(?<=[(\[{“‘$£€#]) ")


class Row(NamedTuple):
    """One training text; `category` is the row's published label, empty where there is none."""

    source: str
    id: str
    title: str
    text: str
    category: str

    @property
    def sha(self) -> str:
        """The first hex digits of the text's sha256."""
        return hashlib.sha256(self.text.encode()).hexdigest()[:SHA_PREFIX]


class Concept(NamedTuple):
    """One active IPTC Media Topic with the qcodes of the concepts that it belongs to."""

    id: str
    top: str
    within: tuple[str, ...]  # itself and the concepts above it, the top one last
    label: str
    definition: str
    wikidata: str  # the id that IPTC matches it with exactly, "" where it has none


def worldwide(data: Path) -> list[Row]:
    """The English worldwide newswire, sentences rebuilt from their tokens, by file name."""
    rows = []
    with tarfile.open(data / NEWSWIRE) as archive:
        for member in archive:
            handle = archive.extractfile(member) if member.name.endswith(".tsv") else None
            if handle is not None:
                name = Path(member.name).name
                rows.append(Row("worldwide", name, "", _sentences(handle.read().decode()), ""))
    return sorted(rows)


def _sentences(tsv: str) -> str:
    blocks = [[line.split("\t")[0] for line in block.splitlines()] for block in re.split(r"\n\s*\n", tsv.strip())]
    # The first block is the page's address. It would hand the model the section name in the path.
    if blocks[0][0].startswith(("http", "www")):
        del blocks[0]
    lines = [" ".join(token for token in block if token) for block in blocks]
    return "\n".join(_NO_SPACE_AFTER.sub("", _NO_SPACE_BEFORE.sub("", line)) for line in lines)


def masakhanews(data: Path) -> list[Row]:
    """The English MasakhaNEWS rows, their row number as id."""
    return [
        Row("masakhanews", str(number), record["title"], record["text"], record["label"])
        for number, record in enumerate(json_lines(data / MASAKHANEWS))
    ]


def concepts(data: Path) -> list[Concept]:
    """The active Media Topics in qcode order, each under its (first) top concept."""
    with tarfile.open(data / MEDIATOPICS) as archive:
        members = [m for m in archive if m.name.endswith(".json")]
        handle = archive.extractfile(members[0])
        assert handle is not None, f"{MEDIATOPICS}: no JSON inside"
        entries = json.load(io.TextIOWrapper(handle, encoding="utf-8"))["conceptSet"]
    active = {entry["uri"]: entry for entry in entries if "retired" not in entry}
    return sorted(_concept(uri, active) for uri in active)


def _concept(uri: str, active: dict[str, Any]) -> Concept:
    chain = [uri]
    while broader := [b for b in active[chain[-1]].get("broader", []) if b in active]:
        chain.append(broader[0])
    entry, within = active[uri], tuple(active[link]["qcode"] for link in chain)
    label, definition = entry["prefLabel"]["en-GB"], entry["definition"]["en-GB"]
    same = (match.rpartition("/")[2] for match in entry.get("exactMatch", []) if "wikidata.org/entity/" in match)
    return Concept(entry["qcode"], within[-1], within, label, definition, next(same, ""))


def json_lines(path: Path) -> Iterator[dict[str, Any]]:
    """The objects of a gzipped JSONL file."""
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        for line in lines:
            yield json.loads(line)
