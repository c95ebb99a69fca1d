"""The worldwide newswire: token TSV to natural text with character spans.

Source: Stanford en-worldwide-newswire (CC BY 4.0). A file is an article; its first block is the address, each
later block between empty lines a paragraph; column 2 is the BIO tag.
"""

import random
import re
import tarfile
from collections.abc import Iterator
from itertools import pairwise
from pathlib import Path
from typing import Final, NamedTuple

ARCHIVE: Final = "ner/worldwide_newswire_dev.tar.xz"
HELD_OUT_SHARE: Final = 0.15
SPLIT_SEED: Final = 20_260_401
SHARED_PARAGRAPH_CHARS: Final = 80  # shorter ones are subheadings and bylines, which articles do share

_MARKS = ", . ; : ? ! ) ] } % ” » … ° ™ 's 'S ’s n't n’t 're 've 'm 'll 'd ’re ’ve ’m ’ll ’d"
_CLOSING: Final = frozenset(_MARKS.split())
_OPENING: Final = frozenset("([{“‘«#")
_CURRENCY: Final = frozenset("$€£¥₹₡₩₦₱") | {"R$", "US$", "A$", "NZ$", "C$", "HK$", "NT$"}
_CLITICS: Final = frozenset(("s", "S", "t", "re", "ve", "m", "ll", "d"))
_PARTICLES: Final = frozenset("OoDdLl")  # O’Higgins, d’Ivoire, l’Est
_LETTERS: Final = re.compile(r"[^\W\d_]+")


class GoldSpan(NamedTuple):
    """A named thing as people marked it: code points, half open, and the label of the data set."""

    start: int
    end: int
    label: str


class Article(NamedTuple):
    """An article as the pipeline will see it: paragraphs joined by one blank line."""

    name: str
    text: str
    spans: tuple[GoldSpan, ...]


class _Token(NamedTuple):
    text: str
    tag: str


def read_articles(archive: Path) -> list[Article]:
    """Return all articles of the archive, sorted by name."""
    with tarfile.open(archive) as files:
        members = [m for m in files.getmembers() if m.isfile() and m.name.endswith(".tsv")]
        found = []
        for member in members:
            stream = files.extractfile(member)
            assert stream is not None
            name = member.name.removesuffix(".txt.tsv").rsplit("/", 1)[-1]
            found.append(parse_article(name, stream.read().decode("utf-8")))
    return sorted(found)


def parse_article(name: str, tsv: str) -> Article:
    """Return the article of one file; the block with the address is left out."""
    blocks = [_tokens(block) for block in re.split(r"\n[ \t]*\n", tsv)]
    parts: list[str] = []
    spans: list[GoldSpan] = []
    offset = 0
    for tokens in blocks:
        if not tokens or tokens[0].text.startswith(("http://", "https://")):
            continue
        text, found = detokenise(tokens)
        spans += [GoldSpan(s.start + offset, s.end + offset, s.label) for s in found]
        parts.append(text)
        offset += len(text) + 2
    return Article(name, "\n\n".join(parts), tuple(spans))


def split(
    articles: list[Article], share: float = HELD_OUT_SHARE, seed: int = SPLIT_SEED
) -> tuple[list[Article], list[Article]]:
    """Return (training, held out), stratified by the country prefix of the name.

    An article that shares a paragraph with a training article is never held out.
    """
    ordered: list[Article] = []
    for country in sorted({country_of(a.name) for a in articles}):
        stratum = sorted(a for a in articles if country_of(a.name) == country)
        random.Random(f"{seed}/{country}").shuffle(stratum)  # noqa: S311
        ordered += stratum
    # Walking the strata in one row and taking every 1/share-th gives small countries their due turn too.
    chosen = {a.name for i, a in enumerate(ordered) if int((i + 1) * share) > int(i * share)}
    seen = {p for a in articles if a.name not in chosen for p in long_paragraphs(a)}
    held_out = sorted(a for a in articles if a.name in chosen and seen.isdisjoint(long_paragraphs(a)))
    names = {a.name for a in held_out}
    return sorted(a for a in articles if a.name not in names), held_out


def long_paragraphs(article: Article) -> set[str]:
    """Return the paragraphs that no two articles have by chance."""
    return {p for p in article.text.split("\n\n") if len(p) >= SHARED_PARAGRAPH_CHARS}


def country_of(name: str) -> str:
    """Return the country prefix of an article name: `pk` of `pk_nation_2`."""
    return name.split("_", 1)[0]


def detokenise(tokens: list[_Token]) -> tuple[str, list[GoldSpan]]:
    """Return natural text for one paragraph and the spans in it."""
    glued = [False, *_glue([t.text for t in tokens])]
    text = ""
    starts = []
    for token, glue in zip(tokens, glued, strict=True):
        text += "" if glue or not text else " "
        starts.append(len(text))
        text += token.text
    return text, list(_spans(tokens, starts))


def _tokens(block: str) -> list[_Token]:
    found = []
    for line in block.splitlines():
        # A few lines have spaces where the tab should be; some tokens hold a no-break space.
        columns = line.split("\t") if "\t" in line else re.split(r" +", line)
        word = columns[0].strip(" \u200b\ufeff\u00ad").replace("\u00a0", " ")
        if word:
            found.append(_Token(word, columns[1].strip() if len(columns) > 1 else "O"))
    return found


def _spans(tokens: list[_Token], starts: list[int]) -> Iterator[GoldSpan]:
    first, label, end = -1, "", 0
    for token, start in zip(tokens, starts, strict=True):
        tag, _, kind = token.tag.partition("-")
        if first >= 0 and (tag != "I" or kind != label):
            yield GoldSpan(first, end, label)
            first = -1
        if first < 0 and tag in ("B", "I"):
            first, label = start, kind
        end = start + len(token.text)
    if first >= 0:
        yield GoldSpan(first, end, label)


def _glue(words: list[str]) -> Iterator[bool]:
    """Say for each word but the first whether it stands close to the word before it."""
    open_quote = {'"': words[:1] == ['"'], "'": words[:1] == ["'"]}
    before_last = ""
    for i, (left, right) in enumerate(pairwise(words)):
        following = words[i + 2] if i + 2 < len(words) else ""
        yield _is_close(before_last, left, right, following, open_quote)
        if right in open_quote:
            open_quote[right] = not open_quote[right]
        before_last = left


def _is_close(before: str, left: str, right: str, after: str, open_quote: dict[str, bool]) -> bool:
    if right in _CLOSING or right.startswith("n't"):
        return True
    if left in _OPENING or (left in _CURRENCY and right[:1].isdigit()):
        return True
    if right in open_quote or left in open_quote:
        # After the walk passed it, a quote that is open stands close to its right, a closed one to its left.
        return open_quote[right] if right in open_quote else open_quote[left]
    if right == "’" or left == "’":
        return right == "’" or before in _PARTICLES or (right in _CLITICS and before[-1:].isalpha())
    if left == "." and before:
        return (len(before) == len(right) == 1 and right.isalpha()) or (right.islower() and len(right) <= 3)
    if "-" in (left, right):
        outer = (left, after) if right == "-" else (before, right)
        return all(side[:1].isalnum() for side in outer)
    if "/" in (left, right):
        return True
    if right == "s" and left.isdigit():
        return True
    return _is_torn(left, right) or (_is_torn(before, left) and right[:1].islower())


def _is_torn(left: str, right: str) -> bool:
    """Tell `M ā ori`: a word torn at a letter outside ASCII."""
    return len(right) == 1 and right.islower() and not right.isascii() and bool(_LETTERS.fullmatch(left))
