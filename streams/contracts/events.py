"""The events, as frozen models: strict in what we write, tolerant in what we read.

CleanArticle -> UniqueArticle -> ClassifiedArticle -> EnrichedArticle     one article on its way
DuplicateSeen, DeadLetter                                                 the two other outcomes
StoryUpdate, GroupUpdate                                                  caused by an outcome, not one itself
ForgetArticle -> ArticleForgotten                                         an operator's retraction, not an outcome
OverrideArticles                                                          an operator's word: copies, or not
"""

from typing import Annotated, ClassVar, Literal

from pydantic import BaseModel, ConfigDict, Field

Score = Annotated[float, Field(ge=0, le=1, description="0 to 1, three decimals")]
Change = Literal["new", "revised", "corrected", "replaced"]
StoryChange = Literal["opened", "joined", "reported", "merged"]
GroupChange = Literal["opened", "joined", "merged"]
Verdict = Literal["same_article", "exact_copy", "near_copy", "contained"]
When = Annotated[str, Field(description="ISO 8601 with a zone, or a bare date where the zone is not known")]


class Part(BaseModel):
    """Anything that stands inside an event. Unknown fields are ignored on reading: newer writers may add some."""

    model_config = ConfigDict(frozen=True, extra="ignore")


class RawArticle(Part):
    """What a producer publishes on news.raw: an identity, a title, and some text."""

    url: str | None = Field(None, description="http(s) address; the article's identity unless only a guid is given")
    guid: str | None = Field(None, description="a feed's own id; needs feed_url or source beside it")
    source: str | None = Field(None, description="publisher id; default: the registered domain of the url")
    title: str = Field(description="headline")
    text: str | None = Field(None, description="plain text, paragraphs separated by line breaks")
    html: str | None = Field(None, description="the page or the fragment; used when there is no text")
    summary: str | None = Field(None, description="used when there is neither text nor html")
    authors: tuple[str, ...] = ()
    published_at: str | None = Field(None, description="ISO 8601 or RFC 2822")
    modified_at: str | None = Field(None, description="ISO 8601 or RFC 2822")
    fetched_at: str | None = Field(None, description="when the producer fetched it; dates after it are 'in the future'")
    language: str | None = Field(None, description="a hint")
    feed_url: str | None = None
    rights: str | None = None


class Removed(Part):
    """A piece of text that was taken out, and by which rule."""

    rule: str
    text: str


class Problem(Part):
    """Something odd in an optional field. The article goes on; the fact stays with it."""

    field: str
    problem: str
    value: str = Field(description="what was given, cut to 200 characters")


class Language(Part):
    """ISO 639-1 code and how sure the detector is; `und` when it is not."""

    code: str
    score: Score


class Topic(Part):
    """One IPTC Media Topic of an article."""

    id: str
    top: str
    label: str
    wikidata: str | None = Field(None, description="the Wikidata id that IPTC matches it with, where it has one")
    score: Score
    why: tuple[str, ...] = Field((), description="the words of the article that decided")


class Mention(Part):
    """Where an entity is named: code points, half open, text[start:end] == mention.text."""

    start: int
    end: int
    text: str


class Link(Part):
    """An id of the entity in a public register; an organisation's has scheme, id, score and name only."""

    scheme: str
    id: str
    score: Score
    lat: float | None = Field(None, description="degrees north; of a country or division the middle of its places")
    lon: float | None = Field(None, description="degrees east")
    name: str | None = Field(None, description="the register's own name for it")
    country: str | None = Field(None, description="ISO 3166-1 alpha-2; of a people's link the country itself")
    admin1: str | None = Field(None, description="the register's name of the state or province")
    admin1_code: str | None = Field(None, description="ISO 3166-2 of the state or province, where there is one")
    feature_class: str | None = Field(None, description="of GeoNames: A country or division, P town, L region")
    metonym: bool = Field(False, description="a capital that stands for its government: `Moscow said`")
    wikidata: str | None = Field(None, description="of a place: its Wikidata id, where the packaged list has one")


class Span(Part):
    """A piece of the text: code points, half open, text[start:end] == span.text."""

    start: int
    end: int
    text: str


class Dateline(Span):
    """What stands before the first word of a report: "OSLO, April 7 (Fair Wire) - ", of which `text` is the whole."""

    place: Span | None = Field(None, description="the first place as written; null where an agency stands alone")
    entity_id: str | None = Field(None, description="entity of the place, which has its links")
    link: Link | None = Field(None, description="of the place")
    date: Span | None = Field(None, description="the date as written")
    day: str | None = Field(None, description="the day that the date names, ISO 8601; null where that is not safe")
    agency: str | None = Field(None, description="the agency credited, by its usual name where it is a known one")


class DatedMention(Span):
    """A mention of time that names one day, and that day. Other mentions of time name none, or not safely."""

    day: str = Field(description="ISO 8601")


class Entity(Part):
    """Someone or something that the article names, with all its mentions."""

    entity_id: str
    type: str
    name: str
    roles: tuple[str, ...] = ()
    salience: Score
    mentions: tuple[Mention, ...] = Field(description="in the text; empty where only the headline names it")
    links: tuple[Link, ...] = ()


class Quote(Part):
    """Words that somebody said, as one stretch of the text: code points, half open."""

    start: int = Field(description="of direct speech: the opening quotation mark")
    end: int = Field(description="of direct speech: behind the closing mark; where it is missing, the paragraph's end")
    speaker_entity_id: str | None = Field(description="null where the text does not say who, or it is not safe to tell")
    kind: Literal["direct", "reported"] = Field("direct", description="in quotation marks, or as a clause")
    speaker: Mention | None = Field(None, description='the speaker as written: "Lavrov", "he", "a spokesman"')
    cue: str | None = Field(None, description='base form of the verb that tells the speech, or "according to"')
    cue_start: int | None = None
    cue_end: int | None = None
    quote: int = Field(0, description="number that the parts of one quotation share, counted from 1 in each article")


class Relation(Part):
    """Another article that this one stands in a relation to."""

    relation: Literal["contains"]
    article_id: str


class Changes(Part):
    """What a version changes of the one before it. Places count the paragraphs of a text, from 0.

    Line breaks alone are no change: paragraphs that were merged or split are named nowhere while their words stay.
    """

    title: bool = Field(description="whether the headline has other words")
    added: tuple[int, ...] = Field((), description="places in the new text")
    removed: tuple[int, ...] = Field((), description="places in the text before")
    altered: tuple[int, ...] = Field((), description="places in the new text of paragraphs that have some other words")
    moved: tuple[int, ...] = Field((), description="places in the new text of paragraphs that stood elsewhere")
    note: str | None = Field(None, description="the new correction note, cut to 1,000 characters; not under `added`")
    uncompared: int = Field(0, description="paragraphs at the end of the new text that could not be compared")


class Event(Part):
    """Anything that is published under a schema name."""

    VERSION: ClassVar[int] = 1
    event_id: str


class CleanArticle(Event):
    """A raw article after validation and clean-up."""

    article_id: str
    url: str | None
    canonical_url: str | None
    guid: str | None
    source: str
    feed_url: str | None
    rights: str | None
    authors: tuple[str, ...]
    published_at: When | None
    modified_at: When | None
    title: str
    text: str = Field(description="paragraphs joined by one blank line")
    removed: tuple[Removed, ...]
    problems: tuple[Problem, ...]
    language: Language


class UniqueArticle(CleanArticle):
    """A clean article that is not a copy, with its place among the versions and stories."""

    version: int = Field(ge=1, description="counts the distinct contents of an identity in arrival order")
    change: Change
    changes: Changes | None = Field(
        None, description="to the version before; null for a new article, and where that version is not remembered"
    )
    story_id: str
    related: tuple[Relation, ...] = ()
    skipped: dict[str, str] = Field(
        {},
        description="parts that could not be made, with the reason; without `entities` no links, quotes, lead or dates",
    )


class ClassifiedArticle(UniqueArticle):
    """A unique article with its topics."""

    topics: tuple[Topic, ...] = ()


class EnrichedArticle(ClassifiedArticle):
    """The product: everything a consumer needs, in one event."""

    entities: tuple[Entity, ...] = ()
    quotes: tuple[Quote, ...] = ()
    lead: tuple[Span, ...] = Field((), description="at most two sentences that tell the article best, as they stand")
    dateline: Dateline | None = None
    dates: tuple[DatedMention, ...] = Field(
        (), description="against the dateline's day or published_at; without both, only dates that give their year"
    )
    event_date: DatedMention | None = Field(
        None, description="when what is reported happened, or will; null where the lead does not say it safely"
    )


class DuplicateSeen(Event):
    """A record that brought nothing new, with the reason why we say so."""

    article_id: str
    canonical_id: str = Field(description="article_id of the article that it is a copy of")
    verdict: Verdict
    rule: str
    score: Score
    evidence: dict[str, str | int | float]
    policy: str
    source: str
    url: str | None
    title: str
    published_at: When | None


class StoryUpdate(Event):
    """An article opened a story or joined one, a copy showed who reported it, or two stories became one.

    `merged` is the last update of a story: articles already published keep its id, later ones get that of `into`.
    """

    story_id: str
    article_id: str
    change: StoryChange
    score: Score
    title: str = Field(description="headline of the article that opened the story")
    articles: int = Field(ge=1, description="articles in the story so far")
    independent_sources: int = Field(
        1, ge=1, description="newsrooms that reported it themselves; copies count for their agency or original"
    )
    cause: str = Field(description="event_id of the outcome that caused the update")
    into: str | None = Field(None, description="story_id of the story that this one became a part of")
    merged: tuple[str, ...] = Field((), description="story_ids of the stories that the article made a part of this one")


class GroupUpdate(Event):
    """Articles are copies of each other, or one contains the other: how their group stands now."""

    group_id: str
    canonical_id: str = Field(description="article_id of the article that opened the group")
    article_id: str = Field(description="the article that arrived")
    change: GroupChange
    original_id: str = Field(description="article of the agency, or else the one that was published first")
    original_source: str
    agency: str | None = Field(description="news agency that a member credits")
    articles: int = Field(ge=2, description="distinct articles in the group so far")
    added: tuple[str, ...] = Field((), description="article_ids that are in the group from now on")
    merged: tuple[str, ...] = Field((), description="group_ids whose articles are in this group from now on")
    into: str | None = Field(None, description="group_id that this group has become part of; its update says more")
    cause: str = Field(description="event_id of the outcome that caused the update")


class DeadLetter(Event):
    """A record that could not be processed, kept whole where it fits, so that it can be sent again after a fix."""

    stage: str
    reason: str
    message: str
    attempts: int
    size: int = Field(description="bytes of the value")
    sha256: str
    raw_base64: str | None = Field(description="the value; null when it was too large or there was none")


class ForgetArticle(Part):
    """An operator's order on news.clean to take an article back; it takes its place in the one order of dedupe."""

    article_id: str
    reason: str | None = Field(None, description="why, in the operator's words; subscribers see it")


class OverrideArticles(Part):
    """An operator's order on news.clean: these two articles are no copies, or the other one is a copy of the first."""

    action: Literal["split", "merge"]
    article_id: str = Field(description="the article that stays what it is")
    other_id: str = Field(description="the article that is judged anew, or becomes a copy")
    canonical_id: str | None = Field(
        None, description="what the first is a copy of, as its outcomes say: for a dedupe that has forgotten it"
    )
    reason: str | None = Field(None, description="why, in the operator's words; subscribers see that of a merge")
    origin: str | None = Field(None, description="raw record of the other article that is sent again for this order")
    attempt: int | None = Field(None, ge=2, description="the attempt under which it is")


class ArticleForgotten(Event):
    """An article was taken back: whoever keeps it deletes it, up to this version. Not an outcome of a raw record."""

    article_id: str
    version: int | None = Field(description="newest version taken back; null: all, none was remembered by then")
    reason: str | None


class ArticleRow(Part):
    """A row of the table `articles`: the newest version of an article, without its text."""

    event_id: str
    article_id: str
    version: int
    change: Change
    url: str | None
    canonical_url: str | None
    source: str
    authors: tuple[str, ...]
    published_at: When | None
    modified_at: When | None
    title: str
    language: Language
    story_id: str
    topics: tuple[Topic, ...]
    entities: tuple[Entity, ...]
    skipped: dict[str, str]


EVENTS: tuple[type[Part], ...] = (
    RawArticle, CleanArticle, UniqueArticle, ClassifiedArticle, EnrichedArticle, DuplicateSeen, StoryUpdate,
    GroupUpdate, DeadLetter, ForgetArticle, OverrideArticles, ArticleForgotten, ArticleRow,
)  # fmt: skip

# The word for what became of a raw record, and the event that says so.
OUTCOMES: dict[str, type[Event]] = {"enriched": EnrichedArticle, "duplicate": DuplicateSeen, "dead": DeadLetter}


def schema_name(model: type[Part]) -> str:
    """Return the value of the `schema` header: `Name/version`."""
    return f"{model.__name__}/{getattr(model, 'VERSION', 1)}"
