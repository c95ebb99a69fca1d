"""The decisions of dedupe as its changelog has them: which raw record an article was decided from."""

from streams.cli.scan import Scanner
from streams.contracts.errors import Malformed
from streams.contracts.origin import origin_and_attempt
from streams.contracts.topics import TopicSpec
from streams.core.decision import Decision
from streams.core.override import is_order


async def decided_origins(scan: Scanner, decisions: TopicSpec, articles: set[str]) -> dict[str, list[str]]:
    """Return the origins that these articles were taken in from, as far as dedupe still remembers."""
    found: dict[str, list[str]] = {}
    spans = await scan.bounds({decisions.name: decisions.partitions})
    async for _, records, _ in scan.batches(spans):
        for record in records:
            decision = _decision(record.value)
            if decision is None or is_order(decision):
                continue
            if decision.verdict is None and decision.article_id in articles:
                origin, _ = origin_and_attempt((record.key or b"").decode())
                found.setdefault(decision.article_id, []).append(origin)
    return found


def _decision(value: bytes | None) -> Decision | None:
    try:
        return None if value is None else Decision.decode(value)
    except Malformed:  # not a decision: dedupe keeps other things there too
        return None
