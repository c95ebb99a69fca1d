"""The two sentences that tell an article best, as they stand in it.

The weights of MEAD (Radev, Jing, Styś and Tam, "Centroid-based summarization of multiple documents", Information
Processing and Management 40, 2004) for one document: position, overlap with the centroid, and, as in Edmundson ("New
methods in automatic extracting", JACM 16, 1969), with the title; less what the sentence already taken says. News puts
first what matters most, so position weighs most: the first sentences alone are a hard baseline (Nenkova 2005). What is
no sentence of the report is passed over: teasers, questions, captions, pieces, and words in quotation marks that
nobody says.
"""

import re
from collections import Counter
from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.contracts.events import Span
from streams.core.english import CONJUNCTIONS, STOPS, words
from streams.core.speech_tokens import MARK, NAME, QUOTE, Reading, Sentence, Token

SENTENCES: Final = 2
MAX_CANDIDATES: Final = 12  # the first ones; of 900 words they are a third
MAX_TRIED: Final = 30  # sentences; pages begin with a dozen captions and headings at most
MIN_WORDS: Final = 7  # "But not for long." tells nothing
MAX_WORDS: Final = 60
MAX_CHARS: Final = 500
CENTROID_WORDS: Final = 20  # the most frequent ones
_POSITION: Final = 2.0
_TITLE: Final = 1.0
_CENTROID: Final = 1.0
_REPEATED: Final = 1.5  # taken off for what is said twice
_DANGLING: Final = 0.75  # taken off a sentence that leans on the one before it
_HALF_AT: Final = 3  # sentences after which position counts for half
_STEM: Final = 6  # letters that inflected forms share

_LONG: Final = 5  # letters; a headline leaves shorter words in small letters
_CAPITALS: Final = 0.9

_WORD: Final = re.compile(r"[^\W\d_]{3,}")
_DULL: Final = STOPS | words(
    """the and his her its their our your this that these those not has been were said says say told also more most than
    new one two all any some such who what when how why just now mr mrs ms"""
)
_TEASER: Final = re.compile(
    r"\W*(?:(?:read|see|watch|listen|click|sign up|subscribe|scroll|advertisement|enlarge|editor['’]s note"
    r"|story continues|loading|get the|this is a|the opinions|the views|below\s(?:is|are)|donate|download"
    r"|here(?:['’]s|\sare|\sis)|welcome to|want|updated|share\s(?:this|your|on)"
    r"|follow\s(?:us|our|along|the|live|him|her|them)"
    r"|support\s(?:us|our|independent|local|quality)|copyright\s\d+|file\s(?:photo|image|picture|video)"
    r"|(?:image|photo|video)\s(?:copyright|caption|source|credit|courtesy|by|via|player|shows|above|below)"
    r"|related\s(?:story|stories|articles?|coverage|content|news|links?|topics?)|(?-i:(?:By|BY)\s[A-Z][\w.’'-]*\s[A-Z][\w.’'-]*))\b"
    # Nouns that open sentences, too: "Share prices fell", "Support for the president".
    r"|copyright\s?(?:©|\(c\))|(?:related|image|photo|file|caption|update|note|correction|more|video|support|share)\s?[:|–—-])",
    re.IGNORECASE,
)
_CAPTION: Final = re.compile(
    r"\bGetty(?:\sImages)?\b|\bREUTERS/|\bAP\s(?:Photo|Images)|\bPhoto(?:s|graph)?(?:\sby\b|:)|\btoggle caption"
    r"|\bImage(?:s)?\s(?:copyright|caption|via)|\(Photo|\bFILE\s[-–—]|https?:|www\.|\S@\S|pic\.twitter|\|"
    r"|\b(?:pictured|hide caption)\b|\([A-Z][^()]{2,60}/[A-Z][\w .]{1,30}\)$|\bphoto: [A-Z]"
)
_DANGLING_WORDS: Final = CONJUNCTIONS | words(
    """he she they it this that these those his her their its him them such however meanwhile also instead still
    then there here both another others moreover therefore thus so too"""
)
_CLOSERS: Final = frozenset("\"”’')]»")


class _Candidate(NamedTuple):
    """A sentence, its place among the text's sentences, its words' stems, and whether it leans on the one before."""

    place: int
    start: int
    end: int
    stems: frozenset[str]
    dangling: bool


def find_lead(title: str, text: str, reading: Reading, behind: int = 0) -> tuple[Span, ...]:
    """Return at most two sentences of the text, in its order; none where nothing reads as one.

    Args:
        title: the headline.
        text: the body.
        reading: the body's tokens and sentences.
        behind: where the dateline ends, which is no part of the first sentence.
    """
    found = _candidates(text, reading, behind)
    titled = _stems(title)
    frequent = _frequent(titled, found)
    chosen: list[_Candidate] = []
    while found and len(chosen) < SENTENCES:
        best = max(found, key=lambda c: (_score(c, titled, frequent, chosen), -c.start))
        chosen.append(best)
        # What stands before the sentence that tells most, and names nothing of the headline, only leads up to it.
        found = [c for c in found if c.stems != best.stems and (c.place > best.place or c.stems & titled)]
    return tuple(Span(start=c.start, end=c.end, text=text[c.start : c.end]) for c in sorted(chosen))


def _candidates(text: str, reading: Reading, behind: int) -> list[_Candidate]:
    found: list[_Candidate] = []
    for place, sentence in enumerate(reading.sentences[:MAX_TRIED]):
        tokens = reading.tokens[sentence.first : sentence.last]
        while tokens and tokens[0].start < behind:
            tokens = tokens[1:]
        if not tokens:
            continue
        start, end = tokens[0].start, _end(text, tokens[-1].end)
        if _is_told(text, tokens, start, end) and _is_whole(text, reading, sentence):
            found.append(_Candidate(place, start, end, _stems(text[start:end]), tokens[0].text in _DANGLING_WORDS))
            if len(found) == MAX_CANDIDATES:
                break
    return found


def _end(text: str, end: int) -> int:
    """Return where a sentence ends, with the mark that closes a quotation or bracket behind its full stop."""
    return end + 1 if text[end : end + 1] in _CLOSERS and text[end : end + 1] else end


def _is_told(text: str, tokens: Sequence[Token], start: int, end: int) -> bool:
    """Say whether the tokens are a sentence of a report."""
    count = text.count(" ", start, end) + 1
    first, last = tokens[0], tokens[-1]
    if not MIN_WORDS <= count <= MAX_WORDS or end - start > MAX_CHARS or last.text == "?":
        return False
    if not (first.capital or first.kind in (QUOTE, NAME) or text[start].isdigit()):
        return False
    if all(token.kind in (QUOTE, MARK) for token in tokens):
        return False  # nobody says it
    return not (_TEASER.match(text, start, end) or _CAPTION.search(text[start:end]) or _is_heading(text[start:end]))


def _is_heading(sentence: str) -> bool:
    """Say whether nearly all words have capitals, as in a headline."""
    if any(word.islower() and word not in _DULL for word in _WORD.findall(sentence)):
        return False  # "Liverpool beat Everton at Anfield": a verb, in a sentence of names
    long = [word for word in sentence.split() if len(word) >= _LONG and word[0].isalpha()]
    return len(long) > 2 and sum(word[0].isupper() for word in long) >= _CAPITALS * len(long)


def _is_whole(text: str, reading: Reading, sentence: Sentence) -> bool:
    """Say whether the sentence ends with a full stop or the like, and not in the middle or before a list."""
    last = reading.tokens[sentence.last - 1]
    if last.kind == QUOTE:
        return last.text in (".", "!", "…") and text[last.end - 1] in _CLOSERS
    return last.text in (".", "!", "…") or (last.kind == MARK and last.text in _CLOSERS)


def _stems(text: str) -> frozenset[str]:
    return frozenset(w[:_STEM] for w in _WORD.findall(text.lower()) if w not in _DULL)


def _frequent(titled: frozenset[str], found: Sequence[_Candidate]) -> dict[str, float]:
    """Return the centroid: the stems that most candidates and the title share, with their weight."""
    counts = Counter(stem for candidate in found for stem in candidate.stems)
    counts.update(titled)
    ranked = sorted(counts.items(), key=lambda item: (-item[1], item[0]))[:CENTROID_WORDS]
    total = sum(count for _, count in ranked)
    return {stem: count / total for stem, count in ranked}


def _score(
    candidate: _Candidate, titled: frozenset[str], frequent: dict[str, float], chosen: Sequence[_Candidate]
) -> float:
    stems = candidate.stems
    score = _POSITION / (1 + candidate.place / _HALF_AT)
    score += _TITLE * len(stems & titled) / max(1, len(titled))
    score += _CENTROID * sum(frequent.get(stem, 0.0) for stem in sorted(stems))
    for other in chosen:
        score -= _REPEATED * 2 * len(stems & other.stems) / max(1, len(stems) + len(other.stems))
    if candidate.dangling and candidate.place - 1 not in {other.place for other in chosen}:
        score -= _DANGLING
    return score
