"""The judges look at pages in the same windows as the other tests."""

from tests.browser.conftest import chromium, window

__all__ = ["chromium", "window"]
