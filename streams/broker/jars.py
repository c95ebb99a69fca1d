"""Kafka's jars: downloaded once from Maven Central by jgo, verified against the list beside this file, kept.

A second start compares names and sizes of 46 files and touches no network. The jars appear in the cache under
their final name in one rename, after every checksum was right: a killed or failed download leaves nothing
half done, and what it did finish is used by the next one.
"""

import errno
import hashlib
import os
import shutil
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor, as_completed
from pathlib import Path
from typing import TYPE_CHECKING, Final

from streams.broker.errors import BrokerError
from streams.broker.lock import locked
from streams.broker.release import Jar, read_release

if TYPE_CHECKING:
    from jgo.maven import MavenContext

CONNECTIONS: Final = 8  # more do not help: three jars hold half of the bytes
ATTEMPTS: Final = 3  # for each jar: one lost connection among 46 must not lose the rest
TIMEOUT_S: Final = 10  # without a byte

DISK_ERRORS: Final = (errno.ENOSPC, errno.EDQUOT, errno.EACCES, errno.EROFS)

Progress = Callable[[int, int], None]
"""Called with bytes done and bytes in all, from the thread that waits."""


def kafka_classpath(progress: Progress | None = None) -> list[Path]:
    """Return the jars that Apache Kafka runs from, downloading them first when they are not in the cache.

    Raises BrokerError when they can be neither found nor downloaded.
    """
    release = read_release()
    jars, folder = release.jars, cache_folder() / f"kafka-{release.version}"
    if not _complete(folder, jars):
        try:
            folder.parent.mkdir(parents=True, exist_ok=True)
            with locked(_sibling(folder, ".lock")):
                if not _complete(folder, jars):  # another process may have just done it
                    _fill(folder, jars, progress)
        except OSError as error:
            raise BrokerError(
                f"cannot keep Kafka's jars in {folder}: {error.strerror or error}: "
                "free some space there or set NEWSWIRE_CACHE to another folder"
            ) from error
    return [folder / jar.path for jar in jars]


def cache_folder() -> Path:
    """Return NEWSWIRE_CACHE, else this user's cache folder for newswire."""
    if given := os.environ.get("NEWSWIRE_CACHE"):
        return Path(given).expanduser().absolute()
    base = os.environ.get("XDG_CACHE_HOME")
    return (Path(base) if base else Path.home() / ".cache") / "newswire"


def _complete(folder: Path, jars: Sequence[Jar]) -> bool:
    """Compare names and sizes: the folder has its name only since every checksum was right."""
    try:
        return all((folder / jar.path).stat().st_size == jar.size for jar in jars)
    except FileNotFoundError:
        return False


def _fill(folder: Path, jars: Sequence[Jar], progress: Progress | None) -> None:
    """Download what is missing beside the folder, then rename."""
    partial = _sibling(folder, ".partial")
    if folder.exists():  # damaged from outside: keep what is good
        shutil.rmtree(partial, ignore_errors=True)
        folder.rename(partial)
    maven = _maven(partial)
    done, total = 0, sum(jar.size for jar in jars)
    with ThreadPoolExecutor(CONNECTIONS) as pool:
        largest_first = sorted(jars, key=lambda jar: -jar.size)
        waiting = [pool.submit(_fetch, maven, jar) for jar in largest_first]
        try:
            for finished in as_completed(waiting):
                done += finished.result()
                if progress:
                    progress(done, total)
        finally:
            pool.shutdown(cancel_futures=True)
    partial.rename(folder)


def _maven(repository: Path) -> "MavenContext":
    # Imported here: jgo takes 0.2 s to import and is needed once in the life of a cache.
    from jgo.config import GlobalSettings
    from jgo.maven import MavenContext

    mirrors = GlobalSettings.load().repositories  # of the user's jgo.conf, asked first
    remote = {**mirrors, **MavenContext().remote_repos}
    return MavenContext(repo_cache=repository, remote_repos=remote, timeout=TIMEOUT_S)


def _fetch(maven: "MavenContext", jar: Jar) -> int:
    """Make sure of one jar, whatever an earlier attempt left there; return its size in bytes."""
    problem: Exception | None = None
    for _ in range(ATTEMPTS):
        try:
            path: Path = maven.create_dependency(jar.coordinate).artifact.resolve()
        # jgo raises requests' errors (OSErrors, as a full disk is) and RuntimeError for a missing artifact.
        except (OSError, RuntimeError) as error:
            if _is_of_the_disk(error):
                raise
            problem = error
            continue
        if _sha256(path) == jar.sha256:
            return jar.size
        problem = ValueError("wrong checksum")
        path.unlink()
    raise BrokerError(
        f"cannot download {jar.coordinate} from Maven Central ({_short(problem)}): connect to the "
        "network for this first start (46 MB, once), or give a running Kafka with --bootstrap HOST:PORT"
    )


def _is_of_the_disk(error: Exception) -> bool:
    return isinstance(error, OSError) and error.errno in DISK_ERRORS


def _sha256(path: Path) -> str:
    with path.open("rb") as content:
        return hashlib.file_digest(content, "sha256").hexdigest()


def _short(problem: Exception | None) -> str:
    """Name the kind of failure; the text of a connection error is a nest of reprs."""
    return str(problem) if isinstance(problem, ValueError) else type(problem).__name__


def _sibling(folder: Path, suffix: str) -> Path:
    return folder.with_name(folder.name + suffix)
