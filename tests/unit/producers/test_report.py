import json

from producers.report import MAX_LISTED, MAX_SHOWN, Report


def test_for_people() -> None:
    report = Report(topic="news.raw", read=3_002, published=3_000, seconds=2.0)
    report.refuse("a.jsonl:7", "too large")
    report.unanswered = 1
    report.skip("blank lines")
    report.skip("blank lines", 1_233)
    report.problem("feed.xml", "broken")
    report.stopped = "SIGINT"
    assert report.render().splitlines() == [
        "3,000 articles published to news.raw in 2.0 s (1,500/s)",
        "1 article not known to be delivered: publish again, copies do no harm",
        "1,234 skipped: blank lines",
        "1 refused:",
        "  a.jsonl:7: too large",
        "1 read with a problem:",
        "  feed.xml: broken",
        "stopped: SIGINT",
    ]


def test_a_dry_run_says_so() -> None:
    assert Report(topic="t", published=1, dry_run=True).render() == "1 article would be published to t in 0.0 s"


def test_many_refusals_are_counted_and_some_are_shown() -> None:
    report = Report()
    for number in range(MAX_LISTED + 5):
        report.refuse(f"a:{number}", "no")
        report.problem(f"b:{number}", "odd")
    assert (len(report.refused), report.refused_count) == (MAX_LISTED, MAX_LISTED + 5)
    assert (len(report.problems), report.problem_count) == (MAX_LISTED, MAX_LISTED + 5)
    assert report.render().count("\n  a:") == MAX_SHOWN
    assert f"  and {MAX_LISTED + 5 - MAX_SHOWN} more" in report.render()


def test_for_scripts() -> None:
    report = Report(topic="news.raw", read=1, seconds=0.123456)
    report.refuse("ä:1", "no")
    found = json.loads(report.to_json())
    assert (found["refused"], found["refused_count"], found["seconds"]) == ([["ä:1", "no"]], 1, 0.123)
    assert "\n" not in report.to_json()
