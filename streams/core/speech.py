"""The words that tell speech: "said", "according to", and what may follow each.

Word lists of verbs; no rule knows a speaker.
"""

from typing import Final, NamedTuple


class Cue(NamedTuple):
    """A form of a verb that tells speech.

    `zero`: a clause follows without "that". `that`: one follows with it. `to`: an infinitive, "vowed to". `frames`: its
    object may be quoted words, "called it 'naive'", but it has no clause. `form` is "past", "s", "base" or "ing".
    """

    base: str
    form: str
    zero: bool
    that: bool
    to: bool
    noun: bool


# base: forms of the past; "s" and "ing" forms are made by rule.
_ZERO: Final = """say:said argue:argued claim:claimed allege:alleged insist:insisted contend:contended
    maintain:maintained caution:cautioned warn:warned admit:admitted assert:asserted add:added predict:predicted
    report:reported tell:told state:stated acknowledge:acknowledged concede:conceded confirm:confirmed
    reiterate:reiterated stress:stressed emphasize:emphasized emphasise:emphasised indicate:indicated
    complain:complained charge:charged"""
_THAT: Final = """announce:announced declare:declared note:noted write:wrote tweet:tweeted explain:explained continue:continued
    conclude:concluded recall:recalled respond:responded reply:replied remark:remarked observe:observed suggest:suggested
    rule:ruled find:found testify:testified estimate:estimated reveal:revealed disclose:disclosed proclaim:proclaimed
    inform:informed assure:assured remind:reminded joke:joked quip:quipped boast:boasted lament:lamented
    speculate:speculated hint:hinted counter:countered deny:denied imply:implied advise:advised recount:recounted highlight:highlighted underscore:underscored
    underline:underlined clarify:clarified confide:confided reckon:reckoned posit:posited
    surmise:surmised theorize:theorized
    affirm:affirmed opine:opined post:posted vow:vowed promise:promised pledge:pledged demand:demanded
    recommend:recommended propose:proposed"""
_TO: Final = """vow:vowed promise:promised pledge:pledged threaten:threatened ask:asked urge:urged demand:demanded
    beg:begged implore:implored advise:advised encourage:encouraged tell:told warn:warned"""
_BARE: Final = """bemoan:bemoaned gush:gushed rant:ranted scoff:scoffed snap:snapped thunder:thundered
    protest:protested interject:interjected plead:pleaded wonder:wondered reason:reasoned answer:answered text:texted
    email:emailed blog:blogged concur:concurred tease:teased rail:railed chide:chided ask:asked shout:shouted cry:cried yell:yelled exclaim:exclaimed whisper:whispered comment:commented
    retort:retorted muse:mused intone:intoned chant:chanted mock:mocked fume:fumed
    call:called describe:described label:labeled,labelled dub:dubbed brand:branded denounce:denounced praise:praised
    criticize:criticized criticise:criticised slam:slammed blast:blasted condemn:condemned deem:deemed hail:hailed
    decry:decried deride:derided dismiss:dismissed accuse:accused characterize:characterized
    characterise:characterised summarize:summarized elaborate:elaborated narrate:narrated question:questioned point:pointed thank:thanked tout:touted"""
# Nouns too: the forms in -s and without ending tell speech only where what follows says so.
_NOUNS: Final = frozenset(
    """claim report state charge note tweet reply comment remark estimate rule find call label brand praise blast
    demand promise pledge vow post counter order cry hold stress address question joke hint broadcast quip boast
    condemn mock hail caution question point highlight protest reason answer text email blog rant wonder""".split()
)
_NEVER_PLAIN: Final = frozenset("find rule hail brand label".split())
_DOUBLED: Final = {"concur": "concurring", "chat": "chatting", "admit": "admitting", "beg": "begging", "quip": "quipping", "dub": "dubbing", "slam": "slamming"}


def _forms(word: str) -> dict[str, str]:
    base, _, past = word.partition(":")
    stem = base[:-1] if base.endswith("e") and not base.endswith("ee") else base
    forms = {form: "past" for form in past.split(",") if form}
    if base not in _NEVER_PLAIN:
        forms[base] = "base"
        es = base.endswith(("ss", "sh", "ch"))
        third = base[:-1] + "ies" if base.endswith("y") and base[-2] not in "aeiou" else base + ("es" if es else "s")
        forms[third] = "s"
    forms[_DOUBLED.get(base, stem + "ing")] = "ing"
    return forms


def _table() -> dict[str, Cue]:
    found: dict[str, Cue] = {}
    for words, zero, that, to in (
        (_ZERO, True, True, False),
        (_THAT, False, True, False),
        (_TO, False, False, True),
        (_BARE, False, False, False),
    ):
        for word in words.split():
            base = word.partition(":")[0]
            for form, kind in _forms(word).items():
                old = found.get(form)
                found[form] = Cue(
                    base, kind, zero or bool(old and old.zero), that or bool(old and old.that),
                    to or bool(old and old.to), base in _NOUNS,
                )  # fmt: skip
    return found


_READ: Final = Cue("read", "past", zero=False, that=False, to=False, noun=False)
CUES: Final = _table() | {"reads": _READ._replace(form="s"), "read": _READ}
# With these words right behind them; without, they tell no speech.
PARTICLES: Final = {"point": "out"}
# What is named so, not what somebody says: "called 'transformers'". They tell speech of something else: "called it 'naive'".
NAMING: Final = frozenset(("call", "dub", "label", "brand", "deem"))
# How somebody speaks of something: "calling it 'naive'".
JUDGING: Final = frozenset(
    """call describe label dub brand characterize characterise denounce praise criticize criticise blast slam condemn
    accuse dismiss decry deride""".split()
)
# They have objects, too: a clause without "that" has to look like one.
TRANSITIVE: Final = frozenset(
    """confirm report reiterate maintain claim acknowledge admit stress emphasize emphasise predict indicate complain
    charge state concede warn""".split()
)
# They have other objects than words: "found a mine", "added two seats". They tell speech only where words follow at once.
DOUBTFUL: Final = frozenset(("add", "find", "rule", "estimate", "post", "charge", "recall", "continue", "conclude"))
