"""An enriched article as a page for the terminal: who and what is named, who said what, and what was taken out."""

from collections.abc import Iterator
from typing import Final

from rich.console import Group, RenderableType
from rich.markup import escape
from rich.padding import Padding
from rich.rule import Rule
from rich.table import Table
from rich.text import Text

from streams.cli.show import COLOURS, whole
from streams.contracts.events import EnrichedArticle, Entity, Link, Quote

QUOTED: Final = "italic"
MOST_ENTITIES: Final = 40  # lines of the table; dates and amounts are in the text only
NAMED: Final = ("PERSON", "ORG", "GPE", "LOC", "FAC", "NORP", "EVENT", "LAW", "PRODUCT", "WORK_OF_ART", "LANGUAGE")


def sheet(article: EnrichedArticle) -> RenderableType:
    """Return everything that newswire says of an article."""
    parts: list[RenderableType] = [Rule(), f"[bold]{escape(article.title)}[/bold]", _line(article), *_topics(article)]
    parts += [*_essentials(article), "", marked(article), "", _entities(article)]
    if article.quotes:
        parts.append(_quotes(article))
    parts += [
        f"[red]removed[/red] [dim]{escape(cut.rule)}[/dim] [strike]{escape(cut.text)}[/strike]"
        for cut in article.removed
    ]
    parts += [f"[yellow]without {escape(part)}[/yellow]: {escape(why)}" for part, why in article.skipped.items()]
    parts += [f"[yellow]{escape(p.field)}[/yellow] {escape(p.problem)}: {escape(p.value)}" for p in article.problems]
    return Padding(Group(*parts), (0, 1))


def marked(article: EnrichedArticle) -> Text:
    """Return the text with its entities coloured and its quotations in italics."""
    text = whole(article)
    for quote in article.quotes:
        text.stylize(QUOTED, quote.start, quote.end)
    return text


def _line(article: EnrichedArticle) -> str:
    told = (
        article.source,
        article.published_at,
        ", ".join(article.authors),
        f"version {article.version}, {article.change}",
    )
    language = f"{article.language.code} {article.language.score:.2f}"
    return f"[dim]{escape(' · '.join(part for part in (*told, language) if part))}[/dim]"


def _topics(article: EnrichedArticle) -> Iterator[str]:
    for topic in article.topics:
        yield f"{escape(topic.label)} {topic.score:.2f} [dim]{escape(', '.join(topic.why))}[/dim]"


def _essentials(article: EnrichedArticle) -> Iterator[RenderableType]:
    """Yield the lead, the event's date and the dateline, as far as they are known."""
    if article.lead:
        yield ""
        yield Text.assemble(("lead ", "dim"), " ".join(sentence.text for sentence in article.lead))
    if (event := article.event_date) is not None:
        yield Text.assemble(("event ", "dim"), event.day, (f' "{event.text}"', "dim"))
    if (line := article.dateline) is not None:
        place = f"{line.place.text if line.place else ''} {_link(line.link) if line.link else ''}".strip()
        told = (place, line.day or (line.date.text if line.date else None), line.agency)
        yield Text.assemble(("dateline ", "dim"), " · ".join(part for part in told if part))


def _entities(article: EnrichedArticle) -> Table:
    table = Table("entity", "type", "salience", "named", "roles", "link", box=None, pad_edge=False, header_style="dim")
    named = [entity for entity in article.entities if entity.type in NAMED]
    for entity in sorted(named, key=lambda e: (-e.salience, e.name))[:MOST_ENTITIES]:
        table.add_row(
            Text(entity.name, COLOURS.get(entity.type, "underline")), entity.type, f"{entity.salience:.3f}",
            str(len(entity.mentions)), ", ".join(entity.roles), ", ".join(map(_link, entity.links)),
        )  # fmt: skip
    if len(named) > MOST_ENTITIES:
        table.add_row(f"and {len(named) - MOST_ENTITIES} more", "", "", "", "", "")
    return table


def _link(link: Link) -> str:
    place = ", ".join(part for part in (link.name, link.admin1, link.country) if part)
    where = f" {link.lat:.2f} {link.lon:.2f}" if link.lat is not None and link.lon is not None else ""
    return f"{link.scheme}:{link.id} {place}{where}" + (" (its government)" if link.metonym else "")


def _quotes(article: EnrichedArticle) -> Table:
    table = Table("speaker", "cue", "said", box=None, pad_edge=False, header_style="dim")
    entities = {entity.entity_id: entity for entity in article.entities}
    for quote in article.quotes:
        said = Text(article.text[quote.start : quote.end], QUOTED if quote.kind == "direct" else "")
        table.add_row(_speaker(quote, entities), quote.cue or "", said)
    return table


def _speaker(quote: Quote, entities: dict[str, Entity]) -> Text:
    entity = entities.get(quote.speaker_entity_id or "")
    if entity is not None:
        return Text(entity.name, COLOURS.get(entity.type, ""))
    return Text(quote.speaker.text if quote.speaker else "not told", "dim")
