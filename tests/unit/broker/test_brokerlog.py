from pathlib import Path

import pytest

from streams.broker.brokerlog import LONGEST, explain, last_problem

CRASH = """\
2026-01-01 00:00:00,000 INFO  KafkaRaftServer: starting
2026-01-01 00:00:01,000 ERROR BrokerServer: [BrokerServer id=1] Fatal error during broker startup.
org.apache.kafka.common.KafkaException: Socket server failed to bind
\tat kafka.network.Acceptor.openServerSocket(SocketServer.scala:736)
Caused by: java.net.BindException: Address already in use
\tat java.base/sun.nio.ch.Net.bind0(Native Method)
2026-01-01 00:00:02,000 INFO  KafkaRaftServer: stopped
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (CRASH, "Caused by: java.net.BindException: Address already in use"),
        ("Unrecognized VM option 'Foo'\nError: Could not create the Java Virtual Machine.\n",
         "Error: Could not create the Java Virtual Machine."),
        ("x\njava.io.IOException: No space left on device\n\tat a.b(C.java)\n",
         "java.io.IOException: No space left on device"),
        ("only this\n\n", "only this"),
        ("", "it left no word"),
    ],
)  # fmt: skip
def test_the_most_telling_line_is_found(text: str, line: str) -> None:
    assert last_problem(text) == line


def test_a_long_line_is_cut() -> None:
    assert len(last_problem("x" * 10_000)) == LONGEST


def test_a_missing_log_is_no_error(tmp_path: Path) -> None:
    assert explain(tmp_path / "none.log") == f"it left no word (log: {tmp_path / 'none.log'})"


def test_only_the_end_of_a_large_log_is_read(tmp_path: Path) -> None:
    log = tmp_path / "broker.log"
    log.write_text("Caused by: old\n" + "filler\n" * 20_000 + "ERROR new\n")
    assert explain(log).startswith("ERROR new")
