"""A failing assertion shows what it saw in the shared parts of the tests too, not in test files alone."""

from pathlib import Path

import pytest

ROOT = Path(__file__).parents[1]
SHARED = [part for part in (ROOT / "tests").rglob("*.py") if not part.name.startswith(("test_", "__"))]
pytest.register_assert_rewrite(*(".".join(part.relative_to(ROOT).with_suffix("").parts) for part in SHARED))
