"""Which names of this article are entities of others? A fold over news.enriched; its state is its decisions.

A short name ("Lavrov", "FIA") is taken for a fuller one of another article where the two articles share enough, and
for this article only. Two full names, or two names with one link, become one entity for all articles. What is not
taken for anything stands apart, and the reason is told. Ids in articles never change (docs/adr/0013-resolve.md).
"""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import replace
from itertools import chain, islice, product
from typing import Final

from streams.contracts.events import ArticleForgotten, EnrichedArticle, OverrideEntities
from streams.core import bearers as spelling
from streams.core.entity_evidence import Bearer, Choice, Evidence, Occurrence, choose, context, points
from streams.core.entity_memory import EntityMemory
from streams.core.entity_names import Article, acronyms_of, is_short_name, names_of
from streams.core.entity_standings import Standings
from streams.core.names import fold
from streams.core.resolution import PLACES, Joined, Resolution, Sighting, sightings

MAX_VERSIONS: Final = 16  # newest ones of an article that are looked at, so that it counts once
SHORT: Final = "short_name"  # rules
ACRONYM: Final = "acronym"
SAME_NAME: Final = "same_name"
SAME_PERSON: Final = "same_person"
LEGAL_FORM: Final = "legal_form"
SAME_LINK: Final = "same_link"
OVERRIDE: Final = "override"
OWN_BEARER: Final = "the article names a bearer of the name, and does not join them"


class ResolveState(EntityMemory):
    """The fold: `judge` decides, `apply` remembers."""

    def judge(self, article: EnrichedArticle, origin: str, ingested_at: int | None) -> Resolution:
        """Decide on an article. Changes nothing: `apply` does. A recorded origin keeps its decision."""
        recorded = self.recorded(origin)
        if recorded is not None:
            return recorded
        seen = sightings(article)
        draft = Resolution(
            sequence=self._next, article_id=article.article_id, version=article.version, story_id=article.story_id,
            ingested_at=ingested_at, seen=seen, policy=self._policy_version,
        )  # fmt: skip
        return _Judgement(self, draft).decided()

    def judge_order(self, order: OverrideEntities, origin: str) -> Resolution:
        """Decide on an operator's order to split or merge two entities, as `judge` does. It never expires."""
        recorded = self.recorded(origin)
        if recorded is not None:
            return recorded
        draft = Resolution(sequence=self._next, about=order.action, policy=self._policy_version)
        return _ordered(Standings(self, draft), order, draft)

    def judge_withdrawal(self, told: ArticleForgotten, origin: str, ingested_at: int | None) -> Resolution:
        """Decide on an article that was taken back: it is evidence no more, and counts no more."""
        recorded = self.recorded(origin)
        if recorded is not None:
            return recorded
        draft = Resolution(
            sequence=self._next, about="withdrawn", article_id=told.article_id, version=told.version,
            ingested_at=ingested_at, policy=self._policy_version,
        )  # fmt: skip
        standings = Standings(self, draft)
        versions = tuple(islice(self.decisions_on(told.article_id), MAX_VERSIONS))
        left = [each for each in versions if told.version is not None and (each.version or 0) > told.version]
        named = dict.fromkeys(standing.entity_id for each in versions for standing in each.standings)
        gone = (
            entity_id
            for entity_id in named
            if any(each.names(entity_id) for each in versions) and not any(each.names(entity_id) for each in left)
        )
        for root in dict.fromkeys(map(standings.root, gone)):
            standings.lessen(root)
        return replace(draft, standings=standings.changed())

    def newest_on(self, article_id: str) -> Resolution | None:
        """Return the newest decision on an article, None where it is not remembered or was taken back."""
        return next(self.decisions_on(article_id), None)

    def decisions_on(self, article_id: str) -> Iterator[Resolution]:
        """Yield the decisions on an article, the newest first, as far as it was not taken back."""
        for each in self._latest("article", article_id):
            if each.article_id == article_id and each.about == "article" and not self.is_withdrawn(each):
                yield each

    def occurrences(self, kind: str, name: str) -> Iterator[Occurrence]:
        """Yield who is called so in the newest articles; the newest first."""
        for article in self.articles(kind, name):
            yield from (Occurrence(article, each) for each in article.named(kind, name))

    def is_taken(self, found: Occurrence) -> bool:
        """Say whether a short name of an earlier article was taken for an entity since."""
        article_id, alias_id = found.article.article_id, found.sighting.entity_id
        return any(
            joined.change == "alias" and (joined.article_id, joined.alias_id) == (article_id, alias_id)
            for decision in self._latest("taken", article_id, alias_id)
            for joined in decision.joined
        )

    def parted(self, one: str, other: str, standings: Standings) -> bool:
        """Say whether an operator keeps the two apart."""
        return bool(self._orders) and self._orders.part(one, other, standings.root)


class _Judgement:
    """One article on trial."""

    def __init__(self, state: ResolveState, draft: Resolution) -> None:
        self._state, self._draft, self._policy = state, draft, state.policy
        self._standings = Standings(state, draft, tuple(islice(state.decisions_on(draft.article_id), MAX_VERSIONS)))
        self._standings.read(each.entity_id for each in draft.seen)
        self._article = Article.of(draft)
        self._explained: set[tuple[str, str]] = set()  # short names of earlier articles, by article and id
        state.look_up(chain.from_iterable(map(_asked, draft.seen)))

    def decided(self) -> Resolution:
        """Return the decision."""
        seen = self._draft.seen
        for sighting in seen:
            if not is_short_name(sighting):
                self._merge(sighting)
        marked = tuple(self._shortened(each) if is_short_name(each) else each for each in seen)
        for sighting in seen:
            if not is_short_name(sighting):
                self._standings.count(sighting)
                self._explain(sighting)
        standings = self._standings
        return replace(self._draft, seen=marked, standings=standings.changed(), joined=standings.joined())

    # A short name of this article.

    def _shortened(self, sighting: Sighting) -> Sighting:
        """Find out what a short name stands for; return it as it is remembered."""
        if self._standings.root(sighting.entity_id) != sighting.entity_id:  # an operator said so
            self._standings.count(sighting)
            return sighting
        choice = self._meant(Occurrence(self._article, sighting), ())
        if choice.bearer is None:
            self._standings.count(sighting, apart=choice.apart)
            return replace(sighting, open=True)
        self._take(Occurrence(self._article, sighting), choice, choice.bearer)
        self._standings.count_as(choice.bearer.entity_id, choice.bearer.name, sighting)
        return sighting

    def _meant(self, own: Occurrence, present: Sequence[Occurrence]) -> Choice:
        """Return the bearer that a short name stands for; `present` are those in the article on trial."""
        name = own.sighting.name
        if own.sighting.type == "ORG":
            short = spelling.acronym(name)
            known = self._bearers(own, "acronym", short, present)

            def declared(bearer: Bearer) -> dict[str, float]:
                told = (each for found in bearer.found for each in found.sighting.names)
                return {"declared": self._policy.declared} if short in map(spelling.acronym, told) else {}

            return choose(own, known, self._policy, self._state.is_common, sole=self._policy.enough, bonus=declared)
        if own.article.named("family", spelling.family(name)):
            return Choice(None, apart=OWN_BEARER)
        known = [
            each
            for each in self._bearers(own, "family", spelling.family(name), present)
            if spelling.fits(name, each.name)
        ]
        if known:
            return choose(own, known, self._policy, self._state.is_common, sole=self._policy.enough)
        if len(spelling.person_name(name)) == 1:
            known = self._bearers(own, "given", spelling.family(name), present)
        return choose(own, known, self._policy, self._state.is_common, sole=self._policy.enough_given)

    def _bearers(self, own: Occurrence, kind: str, name: str, present: Sequence[Occurrence]) -> list[Bearer]:
        """Return the entities known under a name, but those that an operator keeps apart from it."""
        found: dict[str, list[Occurrence]] = {}
        earlier = self._state.occurrences(kind, name)
        for each in chain(present, earlier):
            if each.article.article_id != own.article.article_id:
                found.setdefault(self._standings.root(each.sighting.entity_id), []).append(each)
        return [
            Bearer(root, self._standings.name(root) or each[0].sighting.name, tuple(reversed(each)))
            for root, each in found.items()
            if not self._state.parted(root, own.sighting.entity_id, self._standings)
        ]

    def _take(self, own: Occurrence, choice: Choice, bearer: Bearer) -> None:
        alias = own.sighting
        rule = ACRONYM if alias.type == "ORG" else SHORT
        self._standings.join(Joined(
            entity_id=bearer.entity_id, entity=bearer.name, type=alias.type, alias_id=alias.entity_id,
            name=alias.name, change="alias", article_id=own.article.article_id, rule=rule, score=choice.score,
            evidence=choice.evidence,
        ))  # fmt: skip

    # A name in full may explain short ones of earlier articles.

    def _explain(self, sighting: Sighting) -> None:
        if sighting.type == "PERSON":
            names: Iterable[str] = dict.fromkeys((spelling.family(sighting.name), spelling.first_word(sighting.name)))
        elif sighting.type == "ORG":
            names = acronyms_of(sighting)
        else:
            return
        for name in names:
            for own in islice(self._state.occurrences("open", name), self._policy.open_names):
                if own.sighting.type == sighting.type and self._speaks_for(own, sighting):
                    self._explain_one(own, sighting)

    def _speaks_for(self, own: Occurrence, sighting: Sighting) -> bool:
        """Say whether the article on trial gives reason to look at an earlier one again."""
        if own.article.article_id == self._draft.article_id:
            return False
        if spelling.acronym(own.sighting.name) in sighting.names:
            return True  # it is spelt out here
        here = context([Occurrence(self._article, sighting)])
        return points(context([own]), here, self._policy, self._state.is_common)[0] >= self._policy.reason

    def _explain_one(self, own: Occurrence, sighting: Sighting) -> None:
        key = (own.article.article_id, own.sighting.entity_id)
        if key in self._explained or self._state.is_taken(own):
            return
        if self._standings.root(own.sighting.entity_id) != own.sighting.entity_id:
            return
        newest = self._state.newest_on(own.article.article_id)
        if newest is None or newest.sequence != own.article.sequence:
            return  # a later version of the article was read since
        choice = self._meant(own, self._present(own.sighting, sighting))
        if choice.bearer is not None and choice.bearer.entity_id == self._standings.root(sighting.entity_id):
            self._explained.add(key)
            self._take(own, choice, choice.bearer)
            self._standings.count_earlier(choice.bearer.entity_id, own)

    def _present(self, short: Sighting, sighting: Sighting) -> list[Occurrence]:
        """Return the bearers of a short name in the article on trial."""
        if short.type == "ORG":
            kind, name = "acronym", spelling.acronym(short.name)
        else:
            name = spelling.family(short.name)
            kind = "family" if spelling.family(sighting.name) == name else "given"
        return [Occurrence(self._article, each) for each in self._article.named(kind, name)]

    # Two names in full.

    def _merge(self, sighting: Sighting) -> None:
        """Find out whether a name is another one's entity in every article."""
        if self._standings.root(sighting.entity_id) != sighting.entity_id:
            return
        own = Occurrence(self._article, sighting)
        if sighting.type in PLACES:
            found = self._same_link(own)
        elif sighting.type == "PERSON":
            found = self._same_person(own)
        else:
            found = self._same_organisation(own)
        if found is not None:
            self._standings.merge(sighting, *found)

    def _same_link(self, own: Occurrence) -> tuple[Bearer, str, Choice] | None:
        policy = self._policy
        for link in own.sighting.links:
            for bearer in self._others(own, "link", link):
                sure = min(own.sighting.sure, max(each.sighting.sure for each in bearer.found))
                is_part = any(spelling.is_part_of_place(own.sighting.name, name) for name in _names_of(bearer))
                if sure >= policy.sure_link and not is_part:
                    evidence: Evidence = {"link": link, "article": bearer.found[-1].article.article_id}
                    return bearer, SAME_LINK, Choice(bearer, sure, evidence)
        return None

    def _same_person(self, own: Occurrence) -> tuple[Bearer, str, Choice] | None:
        name, policy = own.sighting.name, self._policy
        known = self._bearers(own, "family", spelling.family(name), ())
        names = {name, *self._standings.names(own.sighting.entity_id)}

        def fits(bearer: Bearer) -> bool:
            theirs = (bearer.name, *self._standings.names(bearer.entity_id))
            return all(spelling.may_be_one(*pair) for pair in product(names, theirs))

        others = [
            each
            for each in known
            if each.entity_id != own.sighting.entity_id and fits(each) and not _side_by_side(own, each)
        ]
        for bearer in others:
            if spelling.person_name(bearer.found[-1].sighting.name) == spelling.person_name(name):
                return bearer, SAME_NAME, _same(bearer)
        choice = choose(own, others, policy, self._state.is_common, sole=policy.enough_to_merge)
        return None if choice.bearer is None else (choice.bearer, SAME_PERSON, choice)

    def _same_organisation(self, own: Occurrence) -> tuple[Bearer, str, Choice] | None:
        name, policy = own.sighting.name, self._policy
        others = [each for each in self._others(own, "company", spelling.company(name)) if not _side_by_side(own, each)]
        for bearer in others:
            if fold(bearer.found[-1].sighting.name).casefold() == fold(name).casefold():
                return bearer, SAME_NAME, _same(bearer)
        choice = choose(own, others, policy, self._state.is_common, sole=policy.shared_name)
        return None if choice.bearer is None else (choice.bearer, LEGAL_FORM, choice)

    def _others(self, own: Occurrence, kind: str, name: str) -> list[Bearer]:
        return [each for each in self._bearers(own, kind, name, ()) if each.entity_id != own.sighting.entity_id]


def _asked(sighting: Sighting) -> Iterator[tuple[str, str]]:
    """Yield the names that are looked up for a sighting."""
    if not is_short_name(sighting):
        for kind, name in names_of(sighting):
            yield kind, name
            if kind in ("family", "given", "acronym"):
                yield "open", name
    elif sighting.type == "ORG":
        yield "acronym", spelling.acronym(sighting.name)
    else:
        yield "family", spelling.family(sighting.name)


def _same(bearer: Bearer) -> Choice:
    return Choice(bearer, 1.0, {"article": bearer.found[-1].article.article_id})


def _names_of(bearer: Bearer) -> set[str]:
    return {bearer.name, *(each.sighting.name for each in bearer.found)}


def _side_by_side(own: Occurrence, bearer: Bearer) -> bool:
    """Say whether an article names both: whoever writes so means two."""
    theirs = {bearer.entity_id, *(each.sighting.entity_id for each in bearer.found)}
    if not theirs.isdisjoint(own.article.names):
        return True
    return any(own.sighting.entity_id in each.article.names for each in bearer.found)


def _ordered(standings: Standings, order: OverrideEntities, draft: Resolution) -> Resolution:
    """Return the decision on an order; one that changes nothing is remembered all the same."""
    standings.read([order.entity_id, order.other_id])
    kept, moved = standings.root(order.entity_id), order.other_id
    if order.action == "split" and standings.root(moved) == moved and kept == moved:
        kept, moved = moved, order.entity_id  # the other one is what the first was taken for
    evidence: Evidence = {} if order.reason is None else {"reason": order.reason}
    named = {order.entity_id: order.name, order.other_id: order.other_name}
    joined = Joined(
        entity_id=kept if order.action == "merge" else _other(order, moved), type=order.type, alias_id=moved,
        entity=standings.name(kept) or named.get(kept, ""), name=standings.name(moved) or named[moved],
        change="merged" if order.action == "merge" else "split", article_id="", rule=OVERRIDE, score=1.0,
        evidence=evidence,
    )  # fmt: skip
    standings.order(joined)
    return replace(draft, standings=standings.changed(), joined=standings.joined())


def _other(order: OverrideEntities, moved: str) -> str:
    return order.entity_id if moved == order.other_id else order.other_id
