"""House style: the same report under the rules of another copy desk. Each function returns the text as it is where
the rule finds nothing."""

import random
import re
from collections.abc import Callable, Mapping
from typing import Final

Style = Callable[[random.Random, str], str]

_NUMERALS: Final = ("two", "three", "four", "five", "six", "seven", "eight", "nine", "ten", "eleven", "twelve")
_DIGITS: Final = {word: str(value) for value, word in enumerate(_NUMERALS, start=2)}
_WORDS: Final = {digit: word for word, digit in _DIGITS.items()}
_MONTHS: Final = {
    "January": "Jan.", "February": "Feb.", "August": "Aug.", "September": "Sept.", "October": "Oct.",
    "November": "Nov.", "December": "Dec.",
}  # fmt: skip
_SCALES: Final = {"million": "m", "billion": "bn", "trillion": "tn"}
_BRITISH: Final = {
    "color": "colour", "honor": "honour", "labor": "labour", "favor": "favour", "favorite": "favourite",
    "neighbor": "neighbour", "neighbors": "neighbours", "behavior": "behaviour", "harbor": "harbour",
    "rumors": "rumours", "center": "centre", "centers": "centres", "theater": "theatre", "defense": "defence",
    "offense": "offence", "license": "licence", "program": "programme", "programs": "programmes", "gray": "grey",
    "organization": "organisation", "organizations": "organisations", "organize": "organise", "organized": "organised",
    "recognize": "recognise", "recognized": "recognised", "criticize": "criticise", "criticized": "criticised",
    "realize": "realise", "realized": "realised", "emphasized": "emphasised", "authorized": "authorised",
    "apologize": "apologise", "analyze": "analyse", "traveled": "travelled", "traveling": "travelling",
    "canceled": "cancelled", "labeled": "labelled", "signaled": "signalled", "counselor": "counsellor",
    "enrollment": "enrolment", "fulfill": "fulfil", "skeptical": "sceptical", "skeptics": "sceptics",
    "aging": "ageing", "toward": "towards", "plow": "plough", "maneuver": "manoeuvre", "pediatric": "paediatric",
    "kilometers": "kilometres", "meters": "metres", "liters": "litres", "jewelry": "jewellery", "mold": "mould",
    "armor": "armour",
}  # fmt: skip


def percent(rng: random.Random, text: str) -> str:
    """Print shares as `5%`, `5 percent`, `5 per cent` or `5 pct`, all alike."""
    wanted = rng.choice(("%", " percent", " per cent", " pct"))
    return re.sub(r"(?<=\d)(?:\s?%|[ -](?:percent|per cent|pct)\b)", wanted, text)


def money(rng: random.Random, text: str) -> str:
    """Print `$5 million` as `$5m`, `US$5 million` or `5 million dollars`, and `$5m` in full."""
    short, form = rng.random() < 0.5, rng.choice(("${0}{1}", "US${0}{1}", "{0}{1} dollars"))

    def printed(found: re.Match[str]) -> str:
        scale = found[2].lower()
        shown = _SCALES.get(scale, scale) if short else f" {_in_full(scale)}"
        return (form if not short else "${0}{1}").format(found[1], shown)

    return re.sub(r"\$(\d[\d.,]*\d|\d)\s?(million|billion|trillion|mn|bn|tn|m)\b", printed, text)


def _in_full(scale: str) -> str:
    return {"m": "million", "mn": "million", "bn": "billion", "tn": "trillion"}.get(scale, scale)


def numerals(rng: random.Random, text: str) -> str:
    """Print small numbers in words or in figures: `two` as `2`, or the other way."""
    if rng.random() < 0.5:
        return re.sub(rf"\b(?:{'|'.join(_DIGITS)})\b", lambda found: _DIGITS[found[0]], text)
    whole = r"(?<![\d$£€.,:/&#'’-])\b([2-9]|1[0-2])\b(?![\d:/%'’-]|[.,]\d| ?(?:[ap]\.?m|million|billion|per ?cent|pct))"
    return re.sub(whole, lambda found: _WORDS[found[0]], text)


def months(rng: random.Random, text: str) -> str:
    """Print the month of a date in full or short: `September 5` and `Sept. 5`."""
    if rng.random() < 0.5:
        return re.sub(rf"\b({'|'.join(_MONTHS)})(?= \d)", lambda found: _MONTHS[found[0]], text)
    full = {short: name for name, short in _MONTHS.items()}
    return re.sub(r"\b(?:Jan|Feb|Aug|Sept|Oct|Nov|Dec)\.(?= \d)", lambda found: full[found[0]], text)


def spelling(rng: random.Random, text: str) -> str:
    """Spell as in Britain or as in the United States."""
    table = _BRITISH if rng.random() < 0.5 else {british: american for american, british in _BRITISH.items()}
    return re.sub(r"[A-Za-z]+", lambda found: _respelt(found[0], table), text)


def _respelt(word: str, table: Mapping[str, str]) -> str:
    other = table.get(word.lower())
    if other is None or word.isupper():
        return word
    return other.capitalize() if word[0].isupper() else other


STYLES: Final[tuple[Style, ...]] = (percent, money, numerals, months, spelling)
