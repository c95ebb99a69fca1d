"""Who said what: direct and reported speech in a text, with its speaker.

A quotation counts only where the text attributes it; what stands in quotation marks for another reason does not.
"""

from collections.abc import Sequence
from typing import Final, NamedTuple

from streams.contracts.events import Entity, Mention, Quote
from streams.core.attribution import Attribution, attributions
from streams.core.clauses import clause_start, skip_circumstances
from streams.core.english import AUXILIARIES, CONJUNCTIONS, COORDINATING, PRONOUNS, RELATIVES, words
from streams.core.quotation import Quoted
from streams.core.speakers import Speakers
from streams.core.speech_tokens import MARK, NAME, QUOTE, WORD, Reading, Sentence, Token, read_text
from streams.core.subjects import Subject

MAX_QUOTES: Final = 500  # an article of 500 words has a dozen; each takes some 200 bytes of the event
MAX_FROM_BARE: Final = 25  # tokens between "called" and the words that somebody was called
MAX_ADDRESSEE: Final = 6  # tokens between "told" and the words that somebody was told
MAX_GAP: Final = 8  # tokens between a quotation and the subject behind it: "President and General Counsel Lee"
MIN_CLAUSE: Final = 3  # tokens; "said so" reports nothing
_DASHES: Final = ("–", "—", "-", ":")
_LOOSE: Final = frozenset((",", "—", "–", "-", "though", "however", "then", "also"))
MIN_ALONE: Final = 5  # words of a quotation that is a paragraph by itself
_SMALL: Final = words("a an the of in on for to and or at by with from is")
_NOT_IN_PHRASE: Final = (AUXILIARIES | PRONOUNS | RELATIVES | CONJUNCTIONS) - words("and")
_TITLE_WORDS: Final = 8  # longer titles of works are rare


class _Voice(NamedTuple):
    """Who is attributed what follows, as the text tells it, and the number of the quotation."""

    entity: int | None
    speaker: Mention | None
    cue: str | None
    cue_start: int | None
    cue_end: int | None
    number: int


class _Last(NamedTuple):
    """The voice of the sentence before, for quotations that go on without a new attribution."""

    voice: _Voice
    sentence: int


def find_quotes(text: str, entities: Sequence[Entity], reading: Reading | None = None) -> tuple[Quote, ...]:
    """Return the speech in a text, in order; direct and reported speech each without overlap, at most `MAX_QUOTES`.

    Args:
        text: the body; paragraphs are lines.
        entities: those of the article; the offsets of their mentions are into the text.
        reading: what `read_text` returns for these, where it is at hand.
    """
    quoted, tokens, sentences = reading or read_text(text, entities)
    reader = _Reader(text, entities, quoted, tokens)
    paragraph = 0
    for place, sentence in enumerate(sentences):
        paragraph += sentence.opens
        reader.read(place, sentence, paragraph)
        if len(reader.found) >= MAX_QUOTES:
            break
    return tuple(sorted(reader.found, key=lambda q: (q.start, -q.end, q.kind)))[:MAX_QUOTES]


class _Reader:
    """Reads the sentences of a text in order, and gathers what is said."""

    def __init__(
        self, text: str, entities: Sequence[Entity], quoted: Sequence[Quoted], tokens: Sequence[Token]
    ) -> None:
        self._text = text
        self._entities = entities
        self._quoted = quoted
        self._tokens = tokens
        self._speakers = Speakers(tokens, entities)
        self._last: _Last | None = None
        self._numbers = 0
        self.found: list[Quote] = []

    def read(self, place: int, sentence: Sentence, paragraph: int) -> None:
        quoted: _Voice | None = None
        told = attributions(self._tokens, sentence)
        voices = self._voices(told, sentence, paragraph)
        outer = self._reported(told, voices, sentence)
        for k in range(sentence.first, sentence.last):
            if self._tokens[k].kind == QUOTE:
                voice = self._voice_of(k, told, voices, sentence) or self._going_on(k, place, sentence)
                if voice is not None:
                    self._add("direct", self._tokens[k].start, self._tokens[k].end, voice)
                    quoted = voice
        last = voices[outer] if voices else quoted
        if quoted is not None and voices and self._closes(told[outer], sentence):
            last = quoted  # "'...,' she said, the agency reported": she goes on
        if last is not None:
            self._last = _Last(last, place)
        subject = told[voices.index(last)].subject if last in voices else None
        unknown = last is not None and last.entity is None and self._speakers.is_anybody(subject)
        self._speakers.told(sentence, paragraph, last.entity if last else None, unknown=unknown)

    def _voices(self, told: Sequence[Attribution], sentence: Sentence, paragraph: int) -> list[_Voice]:
        voices: list[_Voice] = []
        for n, item in enumerate(told):
            before = told[n - 1] if n else None
            if item.joined and before is not None and self._shares(before, item, sentence):
                entity, mention = voices[-1].entity, voices[-1].speaker
            else:
                subject = item.subject
                if item.joined:
                    subject = self._speakers.subject_of(self._after_colon(sentence, item), item.first)
                entity = None
                if subject is not None and not (before and self._may_be_other(subject, before, voices[-1])):
                    closes = self._closes(item, sentence) and not self._behind_dash(item, sentence)
                    entity = self._speakers.resolve(subject, sentence, paragraph, closes=closes)
                mention = self._mention(subject) if subject else None
            self._numbers += 1
            start, end = self._tokens[item.first].start, self._tokens[item.last - 1].end
            voices.append(_Voice(entity, mention, item.cue.base, start, end, self._numbers))
        return voices

    def _shares(self, before: Attribution, item: Attribution, sentence: Sentence) -> bool:
        """Say whether a verb has the subject of the one before: not in "as the agency reported, Lee left, saying"."""
        introduced = before.left > sentence.first and self._tokens[before.left - 1].text == "as"
        return not introduced and self._after_colon(sentence, item).first <= before.first

    def _may_be_other(self, subject: Subject, before: Attribution, voice: _Voice) -> bool:
        """Say whether a pronoun may mean somebody unknown who spoke before in the sentence."""
        if subject.kind != "pronoun":
            return False
        if voice.entity is None:
            return self._speakers.is_anybody(before.subject)
        return self._speakers.may_be_mistyped(voice.entity)

    def _behind_dash(self, item: Attribution, sentence: Sentence) -> bool:
        """Say whether the words before are only quoted: "Lee summed up: 'No,' he said"."""
        at = item.left - 2
        return at >= sentence.first and self._tokens[at + 1].kind == QUOTE and self._tokens[at].text in _DASHES

    def _after_colon(self, sentence: Sentence, item: Attribution) -> Sentence:
        for i in range(item.first - 1, sentence.first, -1):
            if self._tokens[i].text in (":", ";"):
                return sentence._replace(first=i + 1)
        return sentence

    def _mention(self, subject: Subject) -> Mention:
        head = self._tokens[subject.head]
        if head.kind == NAME:
            start, end = head.start, head.end
        else:
            start, end = self._tokens[subject.first].start, self._tokens[subject.last - 1].end
        return Mention(start=start, end=end, text=self._text[start:end])

    def _voice_of(
        self, k: int, told: Sequence[Attribution], voices: Sequence[_Voice], sentence: Sentence
    ) -> _Voice | None:
        """Return the voice of the quotation at `k`: told right behind it, else before it, else at the end."""
        before: int | None = None
        for n, item in enumerate(told):
            if item.left > k:
                if before is not None and self._tokens[k - 1].text == "that":
                    break
                if self._follows(k, item):
                    return voices[n]
                break
            if item.right <= k or item.last <= k:
                before = n
        if before is not None and self._governs(told[before], k):
            return voices[before]
        if self._is_title(k):
            return None
        for n, item in enumerate(told):
            if item.left > k and self._closes(item, sentence):
                return voices[n]
        return self._beside(k, sentence) if not told else None

    def _follows(self, k: int, item: Attribution) -> bool:
        gap = self._tokens[k + 1 : item.left]
        if item.joined or len(gap) > MAX_GAP:
            return False
        while gap and gap[0].text in _LOOSE:
            gap = gap[1:]
        if not gap:
            return True
        phrase = all(t.kind in (NAME, WORD) and (t.capital or t.text not in _NOT_IN_PHRASE) for t in gap)
        return phrase and gap[0].text != "and" and self._tokens[k].text in (",", "?", "!")

    def _governs(self, item: Attribution, k: int) -> bool:
        """Say whether the words at `k` are those of the attribution before them."""
        if self._is_title(k):
            at_once = skip_circumstances(self._tokens, item.right, k)
            return at_once == k - 1 and self._tokens[k - 1].text in (",", ":")
        cue, before = item.cue, self._tokens[k - 1]
        if cue.form == "prep" or (before.kind == MARK and before.text in (",", ":")):
            return True
        if not (cue.zero or cue.that or cue.to):
            return k - item.right <= MAX_FROM_BARE
        if clause_start(self._tokens, item, k + 1) is not None:
            return True
        first = next(i for i in range(item.last, k + 1) if self._tokens[i].kind == QUOTE)
        return first - item.last <= MAX_ADDRESSEE

    def _is_title(self, k: int) -> bool:
        """Say whether the words are written as the title of a work."""
        words = self._text[self._tokens[k].start : self._tokens[k].end].strip("\"“”'’‘., ").split()
        if not 1 <= len(words) <= _TITLE_WORDS or self._tokens[k].text in ("?", "!"):
            return False
        return all(w[0].isupper() or w.lower() in _SMALL or not w[0].isalpha() for w in words) and words[0][0].isupper()

    def _closes(self, item: Attribution, sentence: Sentence) -> bool:
        """Say whether an attribution ends its sentence, so that it is about what stands before it."""
        before = self._tokens[item.left - 1] if item.left > sentence.first else None
        if before is None or not (before.text == "," or before.kind == QUOTE) or item.joined:
            return False
        if not (item.cue.zero or item.cue.that):
            return False
        if item.cue.form == "prep":
            return True
        i = item.right
        if item.inverted and i + 1 < sentence.last and self._tokens[i].text == "and":
            i = self._behind_words(i + 1, sentence, capital=True)
        if item.cue.base == "tell":
            i = self._behind_words(i, sentence, capital=False)
        i = skip_circumstances(self._tokens, i, sentence.last)
        if i + 1 < sentence.last and self._tokens[i].text in (",", ":") and before.kind != QUOTE:
            long = item.inverted or item.left - sentence.first > MIN_CLAUSE + 2
            return self._tokens[i + 1].kind != QUOTE and long
        return i >= sentence.last or self._tokens[i].kind in (MARK, QUOTE)

    def _behind_words(self, i: int, sentence: Sentence, *, capital: bool) -> int:
        while i < sentence.last and (
            self._tokens[i].kind == NAME or (self._tokens[i].kind == WORD and (self._tokens[i].capital or not capital))
        ):
            i += 1
        return i

    def _beside(self, k: int, sentence: Sentence) -> _Voice | None:
        """Return the voice of "Lee: '...'", or of "'...' - Lee" behind a tweet."""
        tokens = self._tokens
        if k - 1 > sentence.first and tokens[k - 1].text == ":" and k - sentence.first <= 8:
            names = [i for i in range(sentence.first, k - 1) if tokens[i].kind == NAME]
        elif k == sentence.first and k + 2 < sentence.last and tokens[k + 1].text in ("—", "–", "-"):
            names = [k + 2] if tokens[k + 2].kind == NAME else []
        else:
            return None
        names = [i for i in names if self._entities[tokens[i].ref].type in ("PERSON", "ORG", "GPE", "NORP")]
        if len(names) != 1:
            return None
        self._numbers += 1
        token = tokens[names[0]]
        mention = Mention(start=token.start, end=token.end, text=self._text[token.start : token.end])
        return _Voice(token.ref, mention, None, None, None, self._numbers)

    def _going_on(self, k: int, place: int, sentence: Sentence) -> _Voice | None:
        """Return the voice before, where the quotation at `k` goes on with it."""
        if self._last is None or self._last.sentence < place - 1 or k != sentence.first:
            return None
        rest = self._tokens[k + 1 : sentence.last]
        if any(t.kind not in (MARK, QUOTE) for t in rest):
            return None
        quoted = self._quoted[self._tokens[k].ref]
        if not sentence.opens or quoted.continues:
            return self._last.voice
        alone = self._text[quoted.start : quoted.end].count(" ") >= MIN_ALONE - 1
        if not alone or self._tokens[k].text not in (".", "?", "!", "…"):
            return None
        self._numbers += 1
        return self._last.voice._replace(number=self._numbers)

    def _reported(self, told: Sequence[Attribution], voices: Sequence[_Voice], sentence: Sentence) -> int:
        """Gather the clauses of reported speech; a clause within another one is a part of it.

        Returns the place of the last attribution that is not within such a clause.
        """
        free_from, outer = sentence.first, 0
        for n, item in enumerate(told):
            if item.left < free_from:
                continue
            outer = n
            start = clause_start(self._tokens, item, sentence.last)
            if start is not None and not (item.cue.form == "prep" and self._closes(item, sentence)):
                end = self._clause_end(told, n, sentence)
            elif self._closes(item, sentence):
                start, end = free_from, item.left
                if end - 2 >= start and self._tokens[end - 1].kind == QUOTE and self._tokens[end - 2].text in _DASHES:
                    continue  # "... her answer - 'I think so,' she said": only the quotation is hers
            else:
                continue
            start, end = self._trimmed(start, end)
            if self._is_clause(start, end):
                self._add("reported", self._tokens[start].start, self._tokens[end - 1].end, voices[n])
                free_from = max(end, item.right)
        return outer

    def _clause_end(self, told: Sequence[Attribution], n: int, sentence: Sentence) -> int:
        for later in told[n + 1 :]:
            before = self._tokens[later.left - 1]
            at = self._tokens[later.left]
            breaks = (",", "and", "but", "—", "–", ";")
            if before.kind == QUOTE or before.text in breaks or at.text in breaks:
                return later.left
        return sentence.last

    def _trimmed(self, start: int, end: int) -> tuple[int, int]:
        tokens = self._tokens
        while start < end and (tokens[start].kind == MARK or tokens[start].text in COORDINATING):
            start += 1
        while end > start and (tokens[end - 1].kind == MARK or tokens[end - 1].text in COORDINATING):
            end -= 1
        return start, end

    def _is_clause(self, start: int, end: int) -> bool:
        plain = sum(1 for i in range(start, end) if self._tokens[i].kind not in (QUOTE, MARK))
        return plain >= MIN_CLAUSE or (plain >= MIN_CLAUSE - 1 and end - start > plain)

    def _add(self, kind: str, start: int, end: int, voice: _Voice) -> None:
        self.found.append(
            Quote(
                start=start,
                end=end,
                speaker_entity_id=None if voice.entity is None else self._entities[voice.entity].entity_id,
                kind="direct" if kind == "direct" else "reported",
                speaker=voice.speaker,
                cue=voice.cue,
                cue_start=voice.cue_start,
                cue_end=voice.cue_end,
                quote=voice.number,
            )
        )
