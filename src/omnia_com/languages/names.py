"""What the languages of the service call months, days of the week and states: CLDR's names, as Babel carries them."""

from babel import Locale

from . import catalogues


def months() -> set[tuple[str, int]]:
    """(name, number of the month), in full and short, as it stands alone and in a date."""
    tables = (locale.months[context] for locale in _locales() for context in ("format", "stand-alone"))
    widths = (table[width] for table in tables for width in ("wide", "abbreviated"))
    return {(name, number) for names in widths for number, name in names.items()}


def weekdays() -> set[str]:
    """In full, as they stand alone and in a date."""
    tables = (locale.days[context]["wide"] for locale in _locales() for context in ("format", "stand-alone"))
    return {name for names in tables for name in names.values()}


def territories() -> tuple[dict[str, str], ...]:
    """Of each language, ISO 3166 code -> name; other territories, such as continents, have numbers for codes."""
    return tuple(dict(locale.territories) for locale in _locales())


def _locales() -> tuple[Locale, ...]:
    """Italian first."""
    return tuple(Locale.parse(code) for code in catalogues())
