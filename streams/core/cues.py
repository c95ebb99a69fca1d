"""The verbs that tell speech: "said", "vowed", "called"; and what may follow each.

Word lists of verbs; no rule knows a speaker.
"""

from typing import Final, NamedTuple

from streams.core.english import words


class Cue(NamedTuple):
    """A form of a verb that tells speech: "past", "s", "base" or "ing"; "prep" is "according to".

    `zero`: a clause follows without "that". `that`: one follows with it. `to`: an infinitive, "vowed to". A verb
    with none of them tells speech by quotation marks alone.
    """

    base: str
    form: str
    zero: bool = False
    that: bool = False
    to: bool = False


ACCORDING: Final = Cue("according to", "prep", zero=True)

_ZERO: Final = words(
    """say argue claim allege insist contend maintain caution warn admit assert add predict report tell state
    acknowledge concede confirm reiterate stress emphasize emphasise indicate complain charge"""
)
_THAT: Final = words(
    """announce declare note write tweet explain continue conclude recall respond reply remark observe suggest rule
    find testify estimate reveal disclose proclaim inform assure remind joke quip boast lament speculate hint counter
    deny imply advise recount highlight underscore underline clarify confide reckon posit surmise theorize affirm opine
    post vow promise pledge demand recommend propose"""
)
_TO: Final = words("vow promise pledge threaten ask urge demand beg implore advise encourage tell warn")
_MARKS_ONLY: Final = words(
    """bemoan gush rant scoff snap thunder protest interject plead wonder reason answer text email blog concur tease
    rail chide ask shout cry yell exclaim whisper comment retort muse intone chant mock fume call describe label dub
    brand denounce praise criticize criticise slam blast condemn deem hail decry deride dismiss accuse characterize
    characterise summarize elaborate narrate question point tout begin challenge"""
)
_IRREGULAR: Final = {"say": "said", "tell": "told", "write": "wrote", "find": "found", "begin": "began"}
_DOUBLED: Final = words("admit beg quip dub slam concur begin")
_ING_AND_PAST_ONLY: Final = words("find rule hail brand label begin challenge")  # else nouns and adjectives, mostly

# Nouns, too: the forms in -s and without ending tell speech only where what stands around says so.
NOUNS: Final = words(
    """claim report state charge note tweet reply comment remark estimate rule find call label brand praise blast
    demand promise pledge vow post counter cry stress question joke hint quip boast mock hail caution point highlight
    protest reason answer text email rant wonder"""
)
PARTICLES: Final = {"point": "out"}  # right behind the verb, or it tells no speech
# "Called 'Hope'" names something; "called it 'naive'" tells what somebody says of it.
NAMING: Final = words("call dub label brand deem")
# How somebody speaks of something: "calling it 'naive'".
JUDGING: Final = words(
    """call describe label dub brand characterize characterise denounce praise criticize criticise blast slam condemn
    accuse dismiss decry deride"""
)
# With objects, too, "confirmed the death": a clause without "that" has to look like one.
TRANSITIVE: Final = words(
    """confirm report reiterate maintain claim acknowledge admit stress emphasize emphasise predict indicate complain
    charge state concede warn"""
)
# With other objects than words, "added two seats": speech only where words follow at once.
DOUBTFUL: Final = words("add find rule estimate post charge recall continue conclude begin challenge")
ADDRESSING: Final = words("tell inform remind assure")  # never before their subject: "told Lee" is told to Lee
AT_ONCE: Final = words("vow promise pledge threaten demand")  # the infinitive stands right behind


def _past(base: str) -> str:
    if base in _DOUBLED:
        return base + base[-1] + "ed"
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ied"
    return base + ("d" if base.endswith("e") else "ed")


def _third(base: str) -> str:
    if base.endswith("y") and base[-2] not in "aeiou":
        return base[:-1] + "ies"
    return base + ("es" if base.endswith(("ss", "sh", "ch")) else "s")


def _participle(base: str) -> str:
    if base in _DOUBLED:
        return base + base[-1] + "ing"
    return (base[:-1] if base.endswith("e") else base) + "ing"


def _forms(base: str) -> dict[str, str]:
    forms = {_IRREGULAR.get(base, _past(base)): "past", _participle(base): "ing"}
    if base == "label":
        forms["labelled"] = "past"
    if base not in _ING_AND_PAST_ONLY:
        forms |= {base: "base", _third(base): "s"}
    return forms


def _table() -> dict[str, Cue]:
    return {
        form: Cue(base, kind, base in _ZERO, base in _ZERO | _THAT, base in _TO)
        for base in sorted(_ZERO | _THAT | _TO | _MARKS_ONLY)
        for form, kind in _forms(base).items()
    }


CUES: Final = _table() | {"read": Cue("read", "past"), "reads": Cue("read", "s")}
