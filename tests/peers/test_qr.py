"""The QR on the printed receipt, read back from the page by a reader of codes: zbar."""

import shutil
import subprocess
from pathlib import Path

import pytest

from tests.documents.test_pdf import QR_TEXT, RECEIPT, new_browser, printed
from tests.helpers.waiting import PATIENCE

pytestmark = pytest.mark.peers


@pytest.mark.parametrize("dots", [100, 300])
async def test_a_reader_finds_in_the_page_where_it_leads(tmp_path: Path, dots: int) -> None:
    assert shutil.which("zbarimg"), "`make test-peers` installs zbar-tools"
    assert shutil.which("pdftoppm"), "`make test-peers` installs poppler-utils"
    async with new_browser(tmp_path / "data") as browser:
        (tmp_path / "receipt.pdf").write_bytes(await printed(browser, RECEIPT))
    assert read_back(tmp_path, dots) == [QR_TEXT]


def read_back(folder: Path, dots: int) -> list[str]:
    """What a reader finds in all pages of `receipt.pdf`, at so many *dots* an inch."""
    draw = ["pdftoppm", "-r", str(dots), "-png", "receipt.pdf", "page"]
    subprocess.run(draw, cwd=folder, timeout=PATIENCE, check=True)
    read = ["zbarimg", "-q", "--raw", *sorted(page.name for page in folder.glob("page*.png"))]
    found = subprocess.run(read, cwd=folder, timeout=PATIENCE, capture_output=True, text=True)
    assert found.returncode in (0, 4), found.stderr  # 4: a page without a code, and there is one
    return found.stdout.split()
