"""The helpers of the tests of readers, which make files as they are sent."""

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parents[1] / "unit" / "data"))
