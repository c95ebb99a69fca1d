"""The function words of English: what the rules of speech know of its grammar."""

from typing import Final


def words(lines: str) -> frozenset[str]:
    """Return the words of the lines."""
    return frozenset(lines.split())


PREPOSITIONS: Final = words(
    """of for from in at with on to by about against under near over after before during through within between
    among into as via across behind inside outside per since until despite without amid toward towards around"""
)
ARTICLES: Final = words("the a an")
DETERMINERS: Final = ARTICLES | words(
    "his her its their our my your this that these those one another some many several all both no most"
)
# Words that no noun phrase ends with.
OPENING: Final = ARTICLES | words("his her its their our my your no most")
PRONOUNS: Final = words("he she they it i we you")
RELATIVES: Final = words("who which that")
COORDINATING: Final = words("and but or so yet")
CONJUNCTIONS: Final = COORDINATING | words("while when if because although though where whereas as than")
BE: Final = words("is are was were be been being am 's 're")
AUXILIARIES: Final = words(
    "is are was were be been has have had will would can could may might should must did does do"
)
STOPS: Final = PREPOSITIONS | PRONOUNS | RELATIVES | CONJUNCTIONS | AUXILIARIES
# A verb that says that something is not said, or not yet: "could say", "must declare", "did not say".
DENYING: Final = words(
    """would could should may might must can cannot not never n't didn't hasn't haven't doesn't don't wouldn't
    won't isn't wasn't"""
)
ADVERBS: Final = (BE - words("'s")) | words(
    """also later then has have had earlier once again still now just even too first ago previously since
    yesterday today himself herself themselves instead meanwhile will did does do further furthermore simply soon
    often always long alone afterward afterwards thus therefore went on repeatedly heard jr. sr."""
)
TIMES: Final = words(
    """monday tuesday wednesday thursday friday saturday sunday yesterday today earlier later recently again also
    repeatedly publicly flatly bluntly simply afterward afterwards last week month year"""
)


def is_adverb(word: str) -> bool:
    """Say whether a word may stand between a subject and its verb."""
    return word in ADVERBS or word in DENYING or (word.endswith("ly") and len(word) > 4 and word != "family")
