"""Whatever stands where a date should be is read or refused with a problem; nothing raises."""

from datetime import UTC

from hypothesis import given, settings
from hypothesis import strategies as st

from streams.core.dates import MAX_EPOCH_MS, latest_allowed, read_date

RELAXED = settings(max_examples=500, deadline=None)

DATE_LIKE = (
    r"\d{4}-?\d{2}-?\d{2}[T ]\d{2}:?\d{2}(:?\d{2}(\.\d{1,9})?)?( ?[+-]\d{2}:?\d{2}|Z)?",
    r"([A-Z][a-z]{2}, )?\d{1,2}[ -][A-Z][a-z]{2}[ -]\d{2,4} \d{1,2}:\d{2}(:\d{2})? ?([+-]\d{4}|[A-Z]{1,4}|[\w:]{1,9})?",
    r"-?\d{8,18}(\.\d{1,9})?",
    r"\d{4}-\d{2}-\d{2}",
)
epochs = st.integers(-MAX_EPOCH_MS, MAX_EPOCH_MS)
text = st.text(st.characters(exclude_categories=()), max_size=70)
scalars = st.one_of(
    st.none(), st.booleans(), st.integers(), epochs, st.floats(), st.floats(-2.0 * MAX_EPOCH_MS, 2.0 * MAX_EPOCH_MS),
    text, st.one_of([st.from_regex(pattern, fullmatch=True) for pattern in DATE_LIKE]),
    epochs.map(str), st.datetimes(timezones=st.timezones() | st.just(UTC)).map(str), st.just([]),
)  # fmt: skip


@RELAXED
@given(scalars, scalars, st.none() | epochs)
def test_a_date_is_read_or_has_a_problem(value: object, fetched_at: object, ingested_at: int | None) -> None:
    latest = latest_allowed(read_date(fetched_at).instant, ingested_at)
    found = read_date(value, latest)
    assert (found.iso is None) == (found.instant is None)
    assert found.iso or found.problem or value in (None, "")
