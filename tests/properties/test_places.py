"""Whatever text and names: no exception, the same links again, every link a place of the gazetteer."""

from hypothesis import example, given
from hypothesis import strategies as st

from streams.contracts.events import Entity, Mention
from streams.core.places import MIN_SCORE, link_places
from streams.models.gazetteer import load_gazetteer

GAZETTEER = load_gazetteer()
IDS = frozenset(GAZETTEER.ids.tolist())
_NAMES = st.one_of(
    st.sampled_from(
        ["Paris", "Springfield", "Georgia", "U.S.", "La.", "LA", "the", "Paris, Texas", "San José", "Moscow", ", ", ".",
         "northern Iraq", "Russians", "İstanbul", "𝔘", "St.", "Texas", "White House", "Côte d'Ivoire"]
    ),
    st.text(min_size=1, max_size=12),
)  # fmt: skip
_TYPES = st.sampled_from(["GPE", "LOC", "NORP", "PERSON", "ORG", "DATE"])
_WORDS = st.one_of(_NAMES, st.sampled_from(["said", ", Texas", " (AP) - ", "in", "'s", "talks between", "and", "Ala."]))
_SOURCES = st.one_of(
    st.sampled_from(["bbc.co.uk", "dallasnews.com", "", "..", "[", "é.fr", "a" * 300]), st.text(max_size=9)
)
_URLS = st.one_of(st.none(), st.sampled_from(["http://[::1", "https://www.lemonde.fr/a", "x"]), st.text(max_size=20))


@st.composite
def _articles(draw: st.DrawFn) -> tuple[str, tuple[Entity, ...]]:
    text, marks = "", []
    for word in draw(st.lists(_WORDS, max_size=25)):
        if draw(st.booleans()):
            marks.append((word, draw(_TYPES), len(text)))
        text += word + draw(st.sampled_from([" ", "", ", ", "\n\n"]))
    entities = tuple(
        Entity(entity_id=str(at), type=type_, name=name, salience=0,
               mentions=(Mention(start=start, end=start + len(name), text=name),) if start % 3 else ())
        for at, (name, type_, start) in enumerate(marks)
    )  # fmt: skip
    return text, entities


@given(_articles(), _URLS, _SOURCES)
@example(("", (Entity(entity_id="", type="GPE", name="\ud83e", salience=0, mentions=()),)), "http://\ud83e", "\ud83e")
def test_links_are_well_formed_and_the_same_again(
    article: tuple[str, tuple[Entity, ...]], url: str | None, source: str
) -> None:
    text, entities = article
    once, again = (
        link_places(entities, title=text[:20], text=text, url=url, source=source, gazetteer=GAZETTEER) for _ in range(2)
    )
    assert once == again
    assert len(once) == len(entities)
    for before, after in zip(entities, once, strict=True):
        assert (before.name, before.mentions, before.type) == (after.name, after.mentions, after.type)
        assert len(after.links) <= (after.type in ("GPE", "LOC", "NORP"))
        for link in after.links:
            assert int(link.id) in IDS
            assert MIN_SCORE - 0.001 <= link.score <= 1
            assert link.score == round(link.score, 3)
            assert link.lat is None or -90 <= link.lat <= 90
