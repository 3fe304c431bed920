"""Makes ``runner_work`` importable, here and, since workers take over the path, in workers."""

from __future__ import annotations

import sys
from pathlib import Path

sys.path.insert(0, str(Path(__file__).parent))
