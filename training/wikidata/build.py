"""Make the list of Wikidata ids of `streams/core/registers.py` from one package of the npm index.

    npm pack name-suggestion-index@8.0.20260918
    .venv/bin/python -m training.wikidata.build --package name-suggestion-index-8.0.20260918.tgz \
        --out streams/models/artefacts/wikidata

prints the sha256 of the file that it writes; the package is refused where its own is another. No code of it is run.
The package lists what mappers write on the world's shops, offices, stations and flags, with Wikidata ids, and the
English label and description of each.

Places: countries and states by the ISO codes of their flags; towns whose label, kind and country (in the United States
and Canada the state) are those of one place of the gazetteer and no other. Organisations: names of one id only that
agree with its label; of one word where the organisation is known to work in many countries, and then of four letters
or more; of more words where one is not in `generic.txt`.
"""

import argparse
import hashlib
import json
import re
import tarfile
from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any, Final, NamedTuple, TypeAlias

from streams.core.gazetteer import Gazetteer, Kind, place_key
from streams.core.registers import organisation_key
from streams.models.gazetteer import load_gazetteer
from streams.models.registers import ORGANISATION, PLACE

PACKAGE_SHA256: Final = "3ee22f0f0a99528ac9c65a57211575defd968e21fd6374e746bfd02e94422121"
NAMES: Final = "package/dist/json/nsi.min.json"
LABELS: Final = "package/dist/wikidata/wikidata.min.json"
HERE: Final = Path(__file__).parent
GENERIC: Final = frozenset(
    word
    for line in (HERE / "generic.txt").read_text(encoding="utf-8").splitlines()
    if not line.startswith("#")
    for word in line.split()
)
FEWEST_CHARS: Final = 4  # of a name of one word: shorter ones are abbreviations of many things
_FLAG: Final = re.compile(r"([A-Z]{2}(?:-[A-Z0-9]{1,3})?) - ")
_TOWN: Final = re.compile(r"(?:(?:big|port|capital|largest|independent|home rule|major) )*(?:city|town|capital)\b")
# Of these, towns are told apart by the state: there are many of one name.
_BY_STATE: Final = ("US", "CA")
_STATE_END: Final = r"(?:^|[ ,])(?P<place>{})(?:,? (?:United States|USA|U\.S\.|Canada).*)?(?: and seat of .*)?$"
# What the description of an organisation's item begins with where the item is a place or a symbol instead.
_NO_ORGANISATION: Final = re.compile(
    r"(?:[\w.-]+ ){0,4}?(?:city|town|village|municipality|commune|district|county|borough|state|province|country|region"
    r"|island|capital|flag|river|park|street|building|settlement|suburb|species|genus|term|word|surname|name)\b"
    r"(?! (?:council|police|government|owned|run|department|fire|school|library|bank|broadcaster|transport))"
)
_ABROAD: Final = re.compile(r"multinational|worldwide|conglomerate|intergovernmental|United Nations|globally")
Item: TypeAlias = Mapping[str, Any]


class Listed(NamedTuple):
    """A thing with an id, as one entry of the package has it."""

    wikidata: str
    names: tuple[str, ...]
    everywhere: bool


class About(NamedTuple):
    """Label and description of an id, in English."""

    label: str
    description: str


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.split("\n")[0] if __doc__ else "")
    parser.add_argument("--package", type=Path, required=True, help="the archive that npm packed")
    parser.add_argument("--out", type=Path, required=True, help="folder to write wikidata.tsv to")
    arguments = parser.parse_args()
    names, about = read(arguments.package)
    gazetteer = load_gazetteer()
    lines = [*places(names, about, gazetteer), *organisations(names, about)]
    content = "".join("\t".join(line) + "\n" for line in sorted(lines)).encode()
    (arguments.out / "wikidata.tsv").write_bytes(content)
    counts = {kind: sum(line[0] == kind for line in lines) for kind in (PLACE, ORGANISATION)}
    print(f"{counts}, {len(content):,} bytes, sha256 {hashlib.sha256(content).hexdigest()}")


def read(package: Path) -> tuple[Mapping[str, Any], dict[str, About]]:
    """Return entries by tree, and what is said of each id.

    Raises:
        ValueError: it is another package.
    """
    if hashlib.sha256(package.read_bytes()).hexdigest() != PACKAGE_SHA256:
        raise ValueError(f"{package} is not the package whose sha256 is {PACKAGE_SHA256}")
    with tarfile.open(package) as archive:
        names, labels = (_json(archive, member) for member in (NAMES, LABELS))
    about = {
        wikidata: About(one["label"], one.get("description") or "")
        for wikidata, one in labels["wikidata"].items()
        if one.get("label")
    }
    return names["nsi"], about


def _json(archive: tarfile.TarFile, member: str) -> dict[str, Any]:
    content = archive.extractfile(member)
    assert content is not None, f"{member} is a file"
    loaded: dict[str, Any] = json.load(content)
    return loaded


def places(names: Mapping[str, Any], about: Mapping[str, About], gazetteer: Gazetteer) -> Iterator[tuple[str, ...]]:
    """Yield lines of places; of several ids that of the same label, a flag's before a town's."""
    for found in (_of_flags(names, gazetteer), _of_towns(about, gazetteer)):
        for row, ids in found.items():
            named = {
                one for one in ids if one in about and place_key(about[one].label) == place_key(gazetteer.name(row))
            }
            chosen = ids if len(ids) == 1 else named
            if len(chosen) == 1:
                yield PLACE, str(gazetteer.ids[row]), next(iter(chosen)), gazetteer.name(row)


def _of_flags(names: Mapping[str, Any], gazetteer: Gazetteer) -> dict[int, set[str]]:
    rows = {code: row for row, code in gazetteer.codes.items()}
    found: dict[int, set[str]] = defaultdict(set)
    for item in _flags(names):
        code = _FLAG.match(item["displayName"])
        row = rows.get(code[1]) if code else None
        if row is not None and item["tags"].get("subject:wikidata"):
            found[row].add(item["tags"]["subject:wikidata"])
    return found


def _of_towns(about: Mapping[str, About], gazetteer: Gazetteer) -> dict[int, set[str]]:
    found: dict[int, set[str]] = defaultdict(set)
    for wikidata, one in about.items():
        row = town(one, gazetteer) if _TOWN.match(one.description) else None
        if row is not None:
            found[row].add(wikidata)
    return found


def _flags(names: Mapping[str, Any]) -> Iterator[Item]:
    for tree, entry in names.items():
        if tree.startswith("flags/"):
            yield from (i for i in entry["items"] if i["tags"].get("flag:type") in ("national", "regional"))


def town(one: About, gazetteer: Gazetteer) -> int | None:
    """Return the row of the only place of that name in the country or state that the description ends with."""
    found = gazetteer.find(place_key(one.label))
    if found is None:
        return None
    cities = [int(row) for row in found.rows if gazetteer.kinds[row] == Kind.CITY]
    inside = [row for row in cities if _ends(one.description, _within(gazetteer, row))]
    return inside[0] if len(inside) == 1 else None


def _within(gazetteer: Gazetteer, row: int) -> str:
    country = int(gazetteer.countries[row])
    by_state = gazetteer.codes.get(country) in _BY_STATE
    above = int(gazetteer.admin1[row]) if by_state else country
    return gazetteer.name(above) if above >= 0 else ""


def _ends(description: str, place: str) -> bool:
    return bool(place and re.search(_STATE_END.format(re.escape(place)), description))


def organisations(names: Mapping[str, Any], about: Mapping[str, About]) -> Iterator[tuple[str, ...]]:
    """Yield lines of organisations."""
    ids: dict[str, set[str]] = defaultdict(set)
    everywhere = set()
    for one in _listed(names):
        everywhere |= {one.wikidata} if one.everywhere else set()
        for name in one.names:
            ids[organisation_key(name)].add(one.wikidata)
    for wikidata in {wikidata for found in ids.values() for wikidata in found} & about.keys():
        ids[organisation_key(about[wikidata].label)].add(wikidata)
    for key, found in ids.items():
        wikidata = next(iter(found))
        told = about.get(wikidata)
        if len(found) == 1 and told is not None and is_telling(key, told, everywhere=wikidata in everywhere):
            yield ORGANISATION, key, wikidata, told.label


def _listed(names: Mapping[str, Any]) -> Iterator[Listed]:
    for tree, entry in names.items():
        for item in entry["items"] if not tree.startswith("flags/") else ():
            tags = item["tags"]
            for kind in ("brand", "operator", "network"):
                wikidata = tags.get(f"{kind}:wikidata", "")
                if re.fullmatch(r"Q\d+", wikidata):
                    yield Listed(wikidata, tuple(_names(tags, kind)), "001" in item["locationSet"]["include"])


def _names(tags: Mapping[str, str], kind: str) -> Iterable[str]:
    keys = [kind, f"{kind}:en"] + ["name", "name:en", "official_name"] * (kind == "brand")
    return (tags[key] for key in keys if key in tags)


def is_telling(key: str, about: About, *, everywhere: bool) -> bool:
    """Whether a name means this organisation wherever news write it."""
    words, label = key.split(), organisation_key(about.label).split()
    if not words or not about.description or _NO_ORGANISATION.match(about.description):
        return False
    if len(words) == 1:
        known = everywhere or bool(_ABROAD.search(about.description))
        return known and words == label and len(key) >= FEWEST_CHARS and key not in GENERIC
    agrees = set(words) <= set(label) or set(label) <= set(words)
    return agrees and not GENERIC.issuperset(words) and not key.replace(" ", "").isdigit()


if __name__ == "__main__":
    main()
