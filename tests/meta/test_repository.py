"""What must hold for the repository as a whole."""

import re
import subprocess
from importlib.metadata import version
from pathlib import Path

ROOT = Path(__file__).resolve().parents[2]
# Spelled in pieces, so that this file does not contain what it looks for.
FORBIDDEN = (
    "py" + "pi.org",
    "python" + "hosted",
    "repo1.maven" + ".org",
    "npm" + "js",
    "deb." + "debian",
    "/ro" + "ot/",
    "/wo" + "rk/",
)
MAX_FILE_BYTES = 9 * 1_024 * 1_024  # a model; nothing else comes near


def _files() -> list[Path]:
    listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout
    return [ROOT / name for name in listed.decode().split("\0") if name and (ROOT / name).is_file()]


def test_no_file_names_a_registry_host_or_the_path_of_a_machine() -> None:
    found = []
    for path in _files():
        content = path.read_bytes()
        if b"\0" in content[:8_192]:
            continue
        text = content.decode("utf-8", errors="replace")
        found += [f"{path.relative_to(ROOT)}: {word}" for word in FORBIDDEN if word in text]
    assert not found, found


def test_no_file_is_too_large() -> None:
    assert not [path for path in _files() if path.stat().st_size > MAX_FILE_BYTES]


def test_the_lock_has_a_hash_for_everything_and_pins_the_engine() -> None:
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    entries = re.split(r"\n(?=[a-z0-9])", lock)
    assert all("--hash=sha256:" in entry for entry in entries if "==" in entry)
    for package, wanted in (("faust-streaming", "0.15.3"), ("aiokafka", "0.14.0")):
        assert f"\n{package}=={wanted}" in "\n" + lock or f"\n{package}[fast]=={wanted}" in "\n" + lock
        assert version(package) == wanted
