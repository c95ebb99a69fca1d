"""The program under test: a copy of the package, frozen for the run, and changed copies for some faults.

A test double inside the product would be a door left open. A changed copy of the package is not: it is another
version of the program, as a rolling upgrade meets it.
"""

import os
import shutil
from pathlib import Path
from typing import Final

# NEWSWIRE_FAULT_SOURCE: another checkout, where that one shall be hurt.
SOURCE: Final = Path(os.environ.get("NEWSWIRE_FAULT_SOURCE", Path(__file__).resolve().parents[2]))
PACKAGES: Final = ("streams", "producers")

# Edits of a copy: path in the package, what stands there, what shall stand there; an empty text appends.
Edits = tuple[tuple[str, str, str], ...]

# Another policy, which shows in the events: an upgrade that changed nothing would prove nothing.
UPGRADE: Final[Edits] = (
    ("core/classify.py", 'POLICY_VERSION = "classify/3"', 'POLICY_VERSION = "classify/upgrade"'),
    ("core/classify.py", "MAX_WHY = 5", "MAX_WHY = 2"),
)
POISON_WORD: Final = "Quaxilion"  # occurs in no other article: the model raises on it
VENOM_WORD: Final = "Vortumnal"  # the model's process dies of it
POISONED: Final[Edits] = (
    (
        "models/ner.py",
        "",
        f'''

_find_mentions = find_mentions


def find_mentions(nlp, texts):
    """Fail on two words."""
    if any("{POISON_WORD}" in text for text in texts):
        raise ValueError("this article breaks the model")
    if any("{VENOM_WORD}" in text for text in texts):
        import os

        os._exit(139)
    return _find_mentions(nlp, texts)
''',
    ),
)


def copy_package(folder: Path, edits: Edits = ()) -> Path:
    """Copy the packages into a folder, which becomes the working folder of workers; return the folder.

    Raises:
        ValueError: when the text to replace is not there: the package has changed, the edit must follow.
    """
    for package in PACKAGES:
        shutil.copytree(SOURCE / package, folder / package, ignore=shutil.ignore_patterns("__pycache__"))
    for name, old, new in edits:
        path = folder / "streams" / name
        text = path.read_text(encoding="utf-8")
        if old not in text:
            raise ValueError(f"{name} does not hold {old!r}: correct the edit in tests/faults/product.py")
        path.write_text(text.replace(old, new, 1) if old else text + new, encoding="utf-8")
    return folder
