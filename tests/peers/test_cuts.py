"""The connection is cut at every step: each gesture, before, after and within, pressed again, begun anew."""

from tests.browser.test_cuts import (
    cut,
    test_a_button_once_all_is_saved,
    test_a_button_waits_for_the_line,
    test_a_change_of_fields,
    test_begun_anew,
    test_saving_by_itself,
    test_without_script,
)

__all__ = [
    "cut",
    "test_a_button_once_all_is_saved",
    "test_a_button_waits_for_the_line",
    "test_a_change_of_fields",
    "test_begun_anew",
    "test_saving_by_itself",
    "test_without_script",
]
