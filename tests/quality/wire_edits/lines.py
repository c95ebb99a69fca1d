"""Lines that outlets print around a report, made up for the benchmark: bylines, datelines, credits, site text."""

import random
from collections.abc import Sequence
from typing import Final

FIRST: Final = (
    "Ana", "James", "Mary-Jane", "Chidi", "Lucía", "Tom", "Priya", "Oleg", "Fatima", "Kenji", "Siobhán", "Marek",
    "Grace",
)  # fmt: skip
LAST: Final = (
    "Petrov", "Okafor", "O'Neill", "Lindqvist", "Haddad", "Tanaka", "Nowak", "Brandt", "Mbeki", "Castellanos", "Doyle",
    "Venkataraman", "Lee",
)  # fmt: skip
CITIES: Final = (
    "Washington", "London", "New York", "Paris", "Nairobi", "Mexico City", "Warsaw", "Seoul", "Sydney", "Cairo",
    "Delhi", "Toronto", "Berlin", "São Paulo", "Manila",
)  # fmt: skip
MONTHS: Final = (
    "January", "February", "March", "April", "May", "June", "July", "August", "September", "October", "November",
    "December",
)  # fmt: skip
WEEKDAYS: Final = ("Monday", "Tuesday", "Wednesday", "Thursday", "Friday", "Saturday", "Sunday")
AGENCIES: Final = ("AP", "Reuters", "AFP", "UPI", "dpa", "Xinhua", "PA", "Bloomberg")
OUTLETS: Final = (
    "Harbour Herald", "Daily Ledger", "Valley Tribune", "Northern Post", "Evening Observer", "Metro Gazette",
)  # fmt: skip

_BYLINES: Final = (
    "By {name}", "By {name} and {other}", "BY {upper}", "{name}", "{name}, {outlet}", "By {name}, Staff Writer",
    "By {name} | {agency}", "Story by {name}", "{name} in {city}", "By {name} - {month} {day}, 2019",
)  # fmt: skip
_DATELINES: Final = (
    "{place} ({agency}) — ", "{place}, {abbr} {day} ({agency}) - ", "{place} — ", "{place} ({agency}) -- ",
    "({agency}) ", "{place}: ", "{city}, {month} {day} – ", "{place}, {abbr}. {day} /{agency}/ -- ",
)  # fmt: skip
_HEADERS: Final = (
    "{agency}", "Source: {agency}", "{agency} | {month} {day}, 2019 {hour}:15 p.m.", "{outlet} and wire reports",
    "Published {hour}:30, {day} {month} 2019", "From our correspondent in {city}", "Updated: {month} {day}, 2019",
    "{agency} News Agency - {city} bureau", "{day} {month} 2019", "WORLD | {upperagency} WIRE", "3 min read",
)  # fmt: skip
_FOOTERS: Final = (
    "Reporting by {name}; Editing by {other}",
    "(Reporting by {name} in {city}, additional reporting by {other}; editing by {third})",
    "Copyright 2019 {outlet}. All rights reserved.",
    "Copyright 2019 The {agency}. This material may not be published, broadcast, rewritten or redistributed.",
    "Follow {outlet} on Twitter for the latest from our {city} newsroom, 24 hours a day.",
    "{name} is the {outlet}'s chief correspondent. She joined in 2011 and lives in {city}.",
    "Join 120,000 readers of the {outlet} newsletter, sent from {city} every Monday at 7 am.",
    "{name} contributed to this report from {city}.",
    "© 2019 {agency}",
    "Read more on this topic at the {outlet} website, or download our app for iOS and Android.",
    "Have a tip? Write to {name} at newsdesk@example.org or call the desk in {city}.",
    "This story was first published on {month} {day}, 2019.",
    "Click here to support independent journalism in {city} with a gift of any size.",
    "MORE FROM {upperoutlet}",
    "Associated reporting from {city} by {name}, with photographs by {other}.",
    "Get our best stories in your inbox. Sign up for the {outlet} morning briefing.",
    "The views expressed here are those of the author and not of the {outlet}.",
    "Comments on this article are closed after three days. See our rules for the discussion.",
)  # fmt: skip
_TRANSLATED: Final = (
    "Lea también: todo lo que hay que saber esta semana desde {city}",
    "Todos los derechos reservados. Prohibida su reproducción total o parcial sin permiso escrito de {outlet}.",
    "Suscríbase a nuestro boletín y reciba cada mañana las noticias más importantes del día.",
    "Con información de {agency}",
    "Lire aussi : notre dossier complet sur le sujet",
    "Suivez-nous sur Facebook et Twitter pour ne rien manquer de l'actualité internationale.",
    "Cet article a été publié par {agency} et traduit par la rédaction de {outlet}.",
    "Lesen Sie auch: Die wichtigsten Nachrichten des Tages im Überblick",
    "Alle Rechte vorbehalten. Nachdruck nur mit schriftlicher Genehmigung des Verlags.",
    "Mit Material von {agency} aus {city}",
    "Leia também: as principais notícias do dia em {city}",
    "Assine a nossa newsletter e receba as notícias no seu e-mail todas as manhãs.",
    "Leggi anche: tutti gli aggiornamenti in diretta",
    "Lees ook: het laatste nieuws uit {city} en de rest van de wereld",
    "Источник: {agency}. Подписывайтесь на наш канал, чтобы быть в курсе событий.",
    "Ayrıca okuyun: günün en önemli haberleri",
    "اقرأ أيضا: آخر الأخبار من {city}",
    "阅读更多：今日要闻",
)  # fmt: skip


def name(rng: random.Random) -> str:
    """Return the name of a reporter nobody knows."""
    return f"{rng.choice(FIRST)} {rng.choice(LAST)}"


def byline(rng: random.Random) -> str:
    """Return a byline in one of the ways it is printed."""
    return _filled(rng, _BYLINES)


def dateline(rng: random.Random) -> str:
    """Return a dateline with the dash and space after it."""
    return _filled(rng, _DATELINES)


def header(rng: random.Random) -> str:
    """Return a line that says agency, section or time of publication."""
    return _filled(rng, _HEADERS)


def footers(rng: random.Random) -> tuple[str, ...]:
    """Return one to three lines that stand under a report."""
    return tuple(_fill(rng, line) for line in rng.sample(_FOOTERS, rng.randint(1, 3)))


def translated(rng: random.Random) -> list[str]:
    """Return one to four lines of site text in other languages than the report's."""
    return [_fill(rng, line) for line in rng.sample(_TRANSLATED, rng.randint(1, 4))]


def _filled(rng: random.Random, patterns: Sequence[str]) -> str:
    return _fill(rng, rng.choice(patterns))


def _fill(rng: random.Random, pattern: str) -> str:
    city, month, agency, outlet = (rng.choice(given) for given in (CITIES, MONTHS, AGENCIES, OUTLETS))
    author = name(rng)
    return pattern.format(
        name=author, other=name(rng), third=name(rng), upper=author.upper(), city=city, place=city.upper(), month=month,
        abbr=month[:3], day=rng.randint(1, 28), hour=rng.randint(1, 12), agency=agency, upperagency=agency.upper(),
        outlet=outlet, upperoutlet=outlet.upper(),
    )  # fmt: skip
