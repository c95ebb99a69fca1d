"""What the version of an event depends on."""

from streams.app import current_pipeline, resolve_pipeline
from streams.settings import load


def test_no_article_depends_on_what_resolve_makes_of_it() -> None:
    settings, other = load(), load(resolve_hours=1)
    pipeline = current_pipeline(settings)
    assert current_pipeline(other) == pipeline
    assert len({pipeline, resolve_pipeline(settings, pipeline), resolve_pipeline(other, pipeline)}) == 3


def test_what_dedupe_may_remember_is_a_part_of_every_version() -> None:
    assert current_pipeline(load(dedupe_hours=1)) != current_pipeline(load())
