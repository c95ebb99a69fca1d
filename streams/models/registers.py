"""Loading of the list of Wikidata ids that `python -m training.wikidata.build` makes."""

from functools import cache
from pathlib import Path
from typing import Final

from streams.core.registers import Organisation, Register

ARTEFACT: Final = Path(__file__).parent / "artefacts" / "wikidata" / "wikidata.tsv"
PLACE: Final = "place"
ORGANISATION: Final = "organisation"


@cache
def load_register(path: Path = ARTEFACT) -> Register:
    """Return the list in the file `path`; default: the packaged one.

    Raises:
        OSError: when there is no such file.
        ValueError: when it is no such list.
    """
    places: dict[str, str] = {}
    organisations: dict[str, Organisation] = {}
    for line in path.read_text(encoding="utf-8").splitlines():
        kind, key, wikidata, label = line.split("\t")
        if kind == PLACE:
            places[key] = wikidata
        elif kind == ORGANISATION:
            organisations[key] = Organisation(wikidata, label)
        else:
            raise ValueError(f"{path.name}: no line begins with {kind}")
    return Register(places, organisations)
