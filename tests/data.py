"""Where the measuring data lie: beside the project, never in it."""

import os
from pathlib import Path

import pytest

DATA = Path(os.environ.get("NEWSWIRE_DATA") or Path(__file__).resolve().parents[2] / "shared" / "data")
needs_data = pytest.mark.skipif(not DATA.is_dir(), reason=f"no measuring data at {DATA.name}: set NEWSWIRE_DATA")
