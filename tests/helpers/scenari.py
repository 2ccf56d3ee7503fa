"""The worked cases of the specification."""

import json
from pathlib import Path
from typing import Any

SCENARI: list[dict[str, Any]] = json.loads((Path(__file__).parent / "scenari.json").read_text())
