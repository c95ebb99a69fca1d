"""Loading of the gazetteer that `python -m training.places.build` makes."""

from functools import cache
from pathlib import Path
from typing import Final

import numpy as np
import numpy.typing as npt

from streams.core.gazetteer import Gazetteer
from streams.models.threads import use_one_thread

ARTEFACT: Final = Path(__file__).parent / "artefacts" / "places" / "places.npz"
DEGREE: Final = 100_000  # coordinates are whole numbers of 1/100,000 degree, about a metre
UNKNOWN: Final = np.iinfo(np.int32).min


def _lines(column: npt.NDArray[np.uint8]) -> list[str]:
    return column.tobytes().decode().split("\n")


def _starts(lengths: npt.NDArray[np.uint8]) -> memoryview:
    starts = np.zeros(len(lengths) + 1, dtype=np.uint32)
    np.cumsum(lengths, out=starts[1:])
    return starts.data


def _degrees(column: npt.NDArray[np.int32]) -> npt.NDArray[np.float64]:
    degrees = column / DEGREE
    degrees[column == UNKNOWN] = np.nan
    return degrees


def _table(lines: list[str]) -> dict[str, tuple[int, ...]]:
    """Read lines of a key, a tab, and rows."""
    split = (line.split("\t") for line in lines if line)
    return {key: tuple(int(row) for row in rows.split()) for key, rows in split}


@cache
def load_gazetteer(path: Path = ARTEFACT) -> Gazetteer:
    """Return the gazetteer in the file `path`; default: the packaged one. From here on BLAS uses one thread.

    Raises:
        OSError: when there is no such file.
        KeyError, ValueError: when it is no gazetteer.
    """
    use_one_thread()
    with np.load(path, allow_pickle=False) as stored:
        column = {name: stored[name] for name in stored.files}
    codes = {rows[0]: code for code, rows in _table(_lines(column["codes"])).items()}
    return Gazetteer(
        ids=column["ids"],
        kinds=column["kinds"],
        countries=column["countries"],
        admin1=column["admin1"],
        admin2=column["admin2"],
        population=column["population"],
        lat=_degrees(column["lat"]),
        lon=_degrees(column["lon"]),
        capitals=column["capitals"],
        keys=column["keys"].tobytes(),
        key_starts=_starts(column["key_lengths"]),
        posting_starts=_starts(column["posting_lengths"]),
        postings=column["postings"],
        names=column["names"].tobytes(),
        name_starts=_starts(column["name_lengths"]),
        codes=codes,
        country_rows={code: row for row, code in codes.items() if len(code) == 2},
        demonyms={key: rows[0] for key, rows in _table(_lines(column["demonyms"])).items()},
        abbreviations=_table(_lines(column["abbreviations"])),
        regions=_table(_lines(column["regions"])),
    )
