"""A failing assertion shows what it saw in the shared parts of the tests too, not in test files alone."""

from pathlib import Path

import pytest

pytest.register_assert_rewrite(*(f"{__name__}.{part.stem}" for part in Path(__file__).parent.iterdir()))
