"""Who said what: each form that news tells speech in, and what is no speech."""

import random
import re
import sys
from types import FrameType
from typing import Final

import pytest

from streams.contracts.events import Entity, Mention, Quote
from streams.core.quotes import MAX_QUOTES, find_quotes

PEOPLE = ("Mira Novak", "Otto Berg", "Dana Reyes")
OTHERS = {"Kelmar Bank": "ORG", "Sudland": "GPE", "Harbour Court": "ORG", "on Monday": "DATE"}


def entities_of(text: str, roles: dict[str, tuple[str, ...]] | None = None) -> tuple[Entity, ...]:
    """Mark the names that these tests use; a person by surname, too."""
    found = []
    for name in PEOPLE:
        pattern = rf"{name}|{name.split()[-1]}"
        found.append(_entity(name, "PERSON", pattern, text, (roles or {}).get(name, ())))
    found += [_entity(name, type_, name, text, ()) for name, type_ in OTHERS.items()]
    return tuple(e for e in found if e.mentions)


def _entity(name: str, type_: str, pattern: str, text: str, roles: tuple[str, ...]) -> Entity:
    mentions = tuple(Mention(start=m.start(), end=m.end(), text=m[0]) for m in re.finditer(pattern, text))
    return Entity(entity_id=name, type=type_, name=name, roles=roles, salience=0.1, mentions=mentions)


def quotes_of(text: str, kind: str, roles: dict[str, tuple[str, ...]] | None = None) -> list[tuple[str, str | None]]:
    """Return the quotes of a kind as their text and their speaker."""
    quotes = find_quotes(text, entities_of(text, roles))
    return [(text[q.start : q.end], q.speaker_entity_id) for q in quotes if q.kind == kind]


def direct(text: str, roles: dict[str, tuple[str, ...]] | None = None) -> list[tuple[str, str | None]]:
    return quotes_of(text, "direct", roles)


def reported(text: str) -> list[tuple[str, str | None]]:
    return quotes_of(text, "reported")


def only(text: str) -> Quote:
    (quote,) = find_quotes(text, entities_of(text))
    return quote


class TestWhereTheSpeakerIsTold:
    @pytest.mark.parametrize(
        "text",
        [
            '"We will wait," Mira Novak said.',
            '"We will wait," said Mira Novak, the mayor of Kelmar.',
            '"We will wait," said harbour board chief Mira Novak.',
            '"We will wait," Mira Novak, who has been mayor since May, told reporters on Monday.',
            '"We will wait," Ms. Novak of Kelmar Bank said.',
            '"We will wait," Chairwoman and General Counsel Mira Novak told Kelmar Bank.',
            'Mira Novak said: "We will wait."',
            'Mira Novak, mayor of Kelmar, said in a letter, "We will wait."',
            'The mayor, Mira Novak, said "We will wait."',
            'Their lawyer, Mira Novak of Kelmar Bank, said, "We will wait."',
            'Mira Novak also told Kelmar Bank that "We will wait."',
            'According to Mira Novak, "We will wait."',
            '"We will wait," according to Mira Novak.',
            'Mira Novak left early, saying: "We will wait."',
            'Kelmar Bank quoted Mira Novak as saying "We will wait."',
            'Mira Novak was quoted by Kelmar Bank as saying "We will wait."',
            'Mira Novak: "We will wait."',
            '"We will wait" — Mira Novak',
            "'We will wait,' said Mira Novak.",
            '"We will wait," Secretary of State Mira Novak said.',
            '"We will wait," said Secretary of State Mira Novak.',
            'Secretary of State Mira Novak, who left early, said: "We will wait."',
            'Mira Novak (left) said: "We will wait."',
            'Mira Novak went on to say, "We will wait."',
            '"We will wait," said the head teacher, Mira Novak.',
            "‘We won’t wait. We will wait,’ Mira Novak said.",
            '"We will wait," the envoy to Kelmar Bank Mira Novak said.',
            'The plan was described by Mira Novak as "We will wait".',
            "“We will wait,” Mira Novak said.",
            "„We will wait“, Mira Novak said.".replace("“", "”"),
            "«We will wait», Mira Novak said.",
            "``We will wait,'' Mira Novak said.",
        ],
    )
    def test_direct_speech(self, text: str) -> None:
        ((words, speaker),) = direct(text)
        assert "We will wait" in words
        assert speaker == "Mira Novak"

    @pytest.mark.parametrize(
        "text",
        [
            "Mira Novak said the port would close.",
            "Mira Novak said on Monday that the port would close.",
            "Mira Novak told reporters in Kelmar that the port would close.",
            "The port would close, Mira Novak said on Monday.",
            "The port would close, said Mira Novak, the mayor.",
            "The port would close, according to Mira Novak.",
            "The port would close, according to Mira Novak, a sailor.",
            "According to Mira Novak, the port would close.",
            "Mira Novak left early, adding that the port would close.",
            "Mira Novak left early and said the port would close.",
        ],
    )
    def test_reported_speech(self, text: str) -> None:
        ((clause, speaker),) = reported(text)
        assert re.sub("^that ", "", clause).lower() == "the port would close"
        assert speaker == "Mira Novak"

    def test_a_statement_says_it(self) -> None:
        text = "The port would close, said a statement by Kelmar Bank."
        assert reported(text) == [("The port would close", None)]

    def test_what_somebody_vowed_or_asked_for(self) -> None:
        assert reported("Mira Novak vowed to close the port.") == [("to close the port", "Mira Novak")]
        assert reported("Mira Novak urged Sudland to close the port.") == [("to close the port", "Mira Novak")]
        assert reported("Mira Novak called on Sudland to close the port.") == [("to close the port", "Mira Novak")]

    def test_words_within_reported_speech(self) -> None:
        text = 'Mira Novak said the plan was "a mistake" and "too late".'
        assert direct(text) == [('"a mistake"', "Mira Novak"), ('"too late"', "Mira Novak")]
        assert reported(text) == [('the plan was "a mistake" and "too late"', "Mira Novak")]

    def test_what_somebody_called_something(self) -> None:
        assert direct('Mira Novak called the plan "naive".') == [('"naive"', "Mira Novak")]

    def test_an_organisation_speaks(self) -> None:
        assert direct('"We will wait," Kelmar Bank said.') == [('"We will wait,"', "Kelmar Bank")]

    def test_the_first_of_two_who_speak(self) -> None:
        assert direct('"We will wait," Mira Novak and Otto Berg said.') == [('"We will wait,"', "Mira Novak")]

    def test_a_title_between_speaker_and_verb(self) -> None:
        text = '"We will wait," Mira Novak, the host of "Good Morning," told reporters.'
        assert direct(text)[0] == ('"We will wait,"', "Mira Novak")

    def test_two_speakers_in_a_sentence(self) -> None:
        text = 'Mira Novak said "yes," but Otto Berg said "no."'
        assert direct(text) == [('"yes,"', "Mira Novak"), ('"no."', "Otto Berg")]


class TestCueAndSpeaker:
    def test_the_cue_has_its_base_form_and_place(self) -> None:
        text = '"We will wait," Ms. Novak told Kelmar Bank.'
        quote = only(text)
        assert quote.cue == "tell"
        assert text[quote.cue_start : quote.cue_end] == "told"
        assert quote.speaker == Mention(start=20, end=25, text="Novak")

    def test_somebody_who_is_only_described(self) -> None:
        quote = only('"We will wait," said a spokesman for Otto Berg.')
        assert quote.speaker_entity_id is None
        assert quote.speaker is not None
        assert quote.speaker.text == "a spokesman"

    def test_no_verb_no_cue(self) -> None:
        quote = only('Mira Novak: "We will wait."')
        assert (quote.cue, quote.cue_start, quote.cue_end) == (None, None, None)


class TestPartsOfOneQuotation:
    def test_an_attribution_between(self) -> None:
        text = '"We will wait," Mira Novak said. "There is time. We have food."'
        first, second = find_quotes(text, entities_of(text))
        assert first.quote == second.quote
        assert {first.speaker_entity_id, second.speaker_entity_id} == {"Mira Novak"}

    def test_marks_left_open_over_paragraphs(self) -> None:
        text = 'Mira Novak said: "We will wait.\n\n"There is time.\n\n"We have food."\n\nIt rained.'
        quotes = find_quotes(text, entities_of(text))
        assert [text[q.start : q.end] for q in quotes] == ['"We will wait.', '"There is time.', '"We have food."']
        assert {(q.speaker_entity_id, q.quote) for q in quotes} == {("Mira Novak", quotes[0].quote)}

    def test_another_paragraph_of_the_last_speaker(self) -> None:
        text = 'Mira Novak said the port would close.\n\n"There is no other way to do it."\n\n"Nobody knows why."'
        assert [speaker for _, speaker in direct(text)] == ["Mira Novak", "Mira Novak"][: len(direct(text))]
        assert direct(text)[0] == ('"There is no other way to do it."', "Mira Novak")

    def test_the_agency_that_reports_a_quotation_does_not_go_on_with_it(self) -> None:
        text = '"We will wait," Mira Novak said, Kelmar Bank reported. "There is time."'
        assert [speaker for _, speaker in direct(text)] == ["Mira Novak", "Mira Novak"]


class TestMarks:
    def test_marks_within_marks(self) -> None:
        text = "“He said ‘no’ and “never” to me,” Mira Novak said."
        assert direct(text) == [("“He said ‘no’ and “never” to me,”", "Mira Novak")]

    def test_a_missing_closing_mark_ends_with_the_paragraph(self) -> None:
        text = 'Mira Novak said: "We will wait.\n\nOtto Berg said: "No."'
        assert direct(text) == [('"We will wait.', "Mira Novak"), ('"No."', "Otto Berg")]

    def test_no_space_between_two_quotations(self) -> None:
        text = '"We will wait," Mira Novak said."There is time," Otto Berg said.'
        assert [speaker for _, speaker in direct(text)] == ["Mira Novak", "Otto Berg"]

    def test_a_question_does_not_end_the_sentence(self) -> None:
        assert direct('"Will it rain?" Mira Novak asked.') == [('"Will it rain?"', "Mira Novak")]


class TestPronouns:
    def test_the_last_speaker_goes_on(self) -> None:
        text = 'Mira Novak said the port would close.\n\n"There is no way," she added.'
        assert direct(text) == [('"There is no way,"', "Mira Novak")]

    def test_the_only_person_in_reach(self) -> None:
        assert direct('Mira Novak opened the fair. "It rained," she said.') == [('"It rained,"', "Mira Novak")]

    def test_the_honorific_decides(self) -> None:
        text = 'Mr. Berg met Ms. Novak in the harbour. "It rained," she said.'
        assert direct(text) == [('"It rained,"', "Mira Novak")]

    def test_nobody_where_two_may_be_meant(self) -> None:
        text = 'At noon the guard let in Mira Novak and then Dana Reyes. "It rained," she said.'
        assert direct(text) == [('"It rained,"', None)]

    def test_nobody_behind_somebody_without_a_name(self) -> None:
        text = 'Otto Berg opened the fair. A visitor said the rain was too much. "It was cold," he said.'
        assert direct(text) == [('"It was cold,"', None)]

    def test_nobody_where_the_name_is_only_whose(self) -> None:
        text = 'The crowd cheered for the plan of Otto Berg. "It rained," he said.'
        assert direct(text) == [('"It rained,"', None)]

    def test_not_who_is_named_in_the_words(self) -> None:
        text = "Mira Novak spoke first. Otto Berg is the best of them, she said."
        assert reported(text) == [("Otto Berg is the best of them", "Mira Novak")]

    def test_no_name_too_far_away(self) -> None:
        text = 'Otto Berg opened the fair.\n\nIt rained.\n\nIt was cold.\n\nIt snowed.\n\n"I am cold," he said.'
        assert direct(text) == [('"I am cold,"', None)]

    def test_it_is_the_organisation_that_spoke(self) -> None:
        text = 'Kelmar Bank said the port would close. "We have no choice," it said.'
        assert direct(text) == [('"We have no choice,"', "Kelmar Bank")]


class TestDescriptions:
    def test_the_only_one_with_the_office(self) -> None:
        text = 'Mayor Mira Novak met Otto Berg. "It rained," the mayor said.'
        assert direct(text, {"Mira Novak": ("mayor",)}) == [('"It rained,"', "Mira Novak")]

    def test_nobody_where_two_have_it(self) -> None:
        text = 'Mayor Mira Novak met Mayor Otto Berg. "It rained," the mayor said.'
        roles: dict[str, tuple[str, ...]] = {"Mira Novak": ("mayor",), "Otto Berg": ("mayor",)}
        assert direct(text, roles) == [('"It rained,"', None)]

    def test_nobody_who_had_it_once(self) -> None:
        text = 'Former mayor Mira Novak met Otto Berg. "It rained," the mayor said.'
        assert direct(text, {"Mira Novak": ("former mayor",)}) == [('"It rained,"', None)]

    def test_nobody_who_is_named_later_only(self) -> None:
        text = '"It rained," the mayor said. Mayor Mira Novak met Otto Berg.'
        assert direct(text, {"Mira Novak": ("mayor",)}) == [('"It rained,"', None)]

    def test_an_office_in_other_words(self) -> None:
        text = 'Harbour police chief Mira Novak met Otto Berg. "It rained," the chief of harbour police said.'
        assert direct(text, {"Mira Novak": ("police chief",)}) == [('"It rained,"', "Mira Novak")]

    def test_what_an_organisation_is(self) -> None:
        text = 'Harbour Court heard the case. "The port may close," the court said.'
        assert direct(text) == [('"The port may close,"', "Harbour Court")]


class TestNoSpeech:
    @pytest.mark.parametrize(
        "text",
        [
            'Mira Novak opened the so-called "fair" in Kelmar.',
            'Mira Novak said on the show "Good Morning Kelmar" that it rained.',
            'The fair, called "Novak Days", opened.',
            'Mira Novak measured 5" and 6" of rain.',
            'Mira Novak would not say "yes".',
            'Mira Novak could have said "yes".',
            'A sign read by nobody hung over the "gate".',
            '"',
            '""""',
            "",
        ],
    )
    def test_no_direct_speech(self, text: str) -> None:
        assert direct(text) == []

    @pytest.mark.parametrize(
        "text",
        [
            "Mira Novak reported the theft on Monday.",
            "Mira Novak added two seats.",
            "The said report was late.",
            "The claim that it rained was wrong.",
            "Mira Novak was told that it rained.",
            "Mira Novak did not say that it rained.",
        ],
    )
    def test_no_reported_speech(self, text: str) -> None:
        assert reported(text) == []


def test_no_more_than_a_bounded_number() -> None:
    text = '"Yes," Mira Novak said.\n\n' * (MAX_QUOTES + 20)
    assert len(find_quotes(text, entities_of(text))) == MAX_QUOTES


def _hostile_mix(size: int) -> str:
    pieces = ['"', "“", "”", "'", " ", ", ", ". ", "\n", "Novak", "said", "he", "that ", "and ", "to "]
    return "".join(random.Random(1).choices(pieces, k=4 * size))


HOSTILE: Final = {
    "marks": lambda size: '"' * size,
    "opening marks": lambda size: "“" * size,
    "pairs": lambda size: '"a" ' * size,
    "nested": lambda size: "“" * (size // 2) + "”" * (size // 2),
    "single marks": lambda size: "'a" * size + ".'" * size,
    "open lines": lambda size: '"a\n' * size,
    "verbs": lambda size: "said " * size,
    "adverbs": lambda size: "Novak " + "also " * size + "said",
    "commas": lambda size: "Novak, " * size + "said",
    "prepositions": lambda size: "told Novak of the day in the house of the " * (size // 8),
    "relatives": lambda size: "who said that the minister of the " * (size // 8),
    "quoted as saying": lambda size: "quoted as saying " * (size // 3),
    "pronouns": lambda size: '"A," he said. ' * (size // 4),
    "mixed": _hostile_mix,
}


def _calls(text: str) -> int:
    """Count what the search calls: its cost, without a clock."""
    entities = entities_of(text)
    count = 0

    def profile(frame: FrameType, event: str, argument: object) -> None:
        nonlocal count
        count += event in ("call", "c_call")

    sys.setprofile(profile)
    try:
        find_quotes(text, entities)
    finally:
        sys.setprofile(None)
    return count


@pytest.mark.parametrize("name", sorted(HOSTILE))
def test_the_cost_grows_with_the_text_only(name: str) -> None:
    size = 1_000
    assert _calls(HOSTILE[name](4 * size)) <= 5 * _calls(HOSTILE[name](size)) + 1_000
