"""Whether floors fell without a reason: the file by itself, and beside what it was in each commit."""

import subprocess
import tomllib
from collections.abc import Iterable, Iterator
from pathlib import Path

from tests.quality.floors import FILE, RETIRED, Floor, flat, parsed


def problems(text: str, earlier: Iterable[str] = ()) -> list[str]:
    """Return what is wrong with a file's text by itself, and beside earlier ones: a line for each floor and problem."""
    now, gone = flat(parsed(text)), tomllib.loads(text).get(RETIRED, {})
    found = [f"{name}: {problem}" for name, floor in now.items() for problem in _alone(floor)]
    found += [f"{name}: is retired without a reason" for name, note in gone.items() if not note.get("because")]
    for name, old in (pair for version in earlier for pair in flat(parsed(version)).items()):
        if name in now:
            found += [f"{name}: {problem}" for problem in _beside(now[name], old)]
        elif name not in gone:
            found.append(f"{name}: was measured, and is neither measured nor under [{RETIRED}]")
    return list(dict.fromkeys(found))


def _alone(floor: Floor) -> Iterator[str]:
    if floor.below(floor.highest, floor.floor):
        yield f"the floor {floor.floor} is better than `highest`, {floor.highest}"
    if floor.below(floor.floor, floor.highest):
        noted = floor.lowered[-1].to if floor.lowered else floor.highest
        if floor.below(floor.floor, noted):
            yield f"the floor {floor.floor} is below {noted}, and no reason is noted"
    for note in floor.lowered:
        if not note.because.strip() or not note.on:
            yield f"lowered to {note.to} without a reason or a date"


def _beside(now: Floor, old: Floor) -> Iterator[str]:
    if now.better != old.better:
        yield f"{old.better} was better before"
        return
    if now.below(now.highest, old.highest):
        yield f"`highest` is {now.highest}, and was {old.highest}"
    if not set(old.lowered) <= set(now.lowered):
        yield "a note on why it was lowered is gone"
    elif now.below(now.floor, old.floor) and len(now.lowered) == len(old.lowered):
        yield f"the floor {now.floor} was {old.floor}, and no reason is noted"


def history(path: Path = FILE) -> list[str]:
    """Return the texts that the file had in each commit known here; nothing where there is no repository."""
    name = f"./{path.name}"
    log = _git(path.parent, "log", "--full-history", "--format=%H", "--diff-filter=AM", "--", name)
    texts = [_git(path.parent, "show", f"{commit}:{name}") for commit in log.split()] if log else []
    return [text for text in texts if text]


def _git(folder: Path, *arguments: str) -> str:
    try:
        run = subprocess.run(["git", *arguments], cwd=folder, capture_output=True, check=True)
    except (OSError, subprocess.CalledProcessError):
        return ""
    return run.stdout.decode()
