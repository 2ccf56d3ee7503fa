"""What a provider's claims become."""

from datetime import UTC, date, datetime
from typing import Any

import pytest

from omnia_com.identity import claims


def identity_of(**facts: Any) -> Any:
    given = {"given_name": "Anna", "family_name": "Prova", "fiscal_number": "PRVNNA85E49H501L", **facts}
    return claims.identity_of(given, level=2, scheme="spid", issuer="x", authenticated_at=datetime.now(UTC))


def test_missing_facts_come_from_the_codice_fiscale() -> None:
    identity = identity_of(fiscal_number="tinit-mcdmrasualmhrlmx", email="", phone_number=None)
    assert identity.codice_fiscale == "MCDMRASUALMHRLMX"
    assert (identity.data_nascita, identity.luogo_nascita) == (date(1968, 1, 1), "H501")
    assert (identity.email, identity.cellulare, identity.luogo_nascita_provincia) == ("", "", "")
    assert identity_of(fiscal_number="PPSNIO88L01Z129Z").luogo_nascita_provincia == "EE"


def test_what_is_vouched_for_comes_first() -> None:
    vouched = {"birthdate": "1985-05-10", "place_of_birth": {"region": "mi", "locality": "F205"}}
    identity = identity_of(**vouched, family_name=["Prova"], given_name=" Anna  \u0000Maria\n", email="a@example.org")
    assert (identity.data_nascita, identity.luogo_nascita) == (date(1985, 5, 10), "F205")
    assert (identity.luogo_nascita_provincia, identity.email) == ("MI", "a@example.org")
    assert (identity.nome, identity.cognome) == ("Anna Maria", "Prova")


@pytest.mark.parametrize("cf", ["PRVNNA85E49H501A", "PRVNNA99Z99H501L", "0000000000000000", "PRVNNA85E49Q999X"])
def test_nobody_is_turned_away_for_an_odd_codice_fiscale(cf: str) -> None:
    assert identity_of(fiscal_number=cf).codice_fiscale == cf


@pytest.mark.parametrize("odd", ["1985", "2985-01-01", "1985-02-30", "1985-W01-1", 7, None, "ieri"])
@pytest.mark.parametrize("place", ["Roma", [], {"locality": "Roma", "region": "Lazio"}, {"locality": 7}])
def test_odd_birth_facts_are_replaced(odd: Any, place: Any) -> None:
    identity = identity_of(birthdate=odd, place_of_birth=place)
    assert (identity.data_nascita, identity.luogo_nascita) == (date(1985, 5, 9), "H501")


@pytest.mark.parametrize("missing", ["given_name", "family_name"])
@pytest.mark.parametrize("nothing", ["", " \n ", None, {"it": "Prova"}, 7])
def test_nobody_is_turned_away_for_having_one_name(missing: str, nothing: Any) -> None:
    """C25: the registry of the population has people without a given name, and some without a family name."""
    identity = identity_of(**{missing: nothing})
    assert sorted((identity.nome, identity.cognome)) == ["", "Prova" if missing == "given_name" else "Anna"]


@pytest.mark.parametrize(
    "name", ["Maria Addolorata " * 20, "W" * 1000, "Adébáyọ\u0300 Ṣọlá", "D’Angiò-Müßiggang", "王小明"]
)
def test_nobody_is_turned_away_for_a_long_name(name: str) -> None:
    """C25, C29"""
    assert identity_of(family_name=name).cognome == name.strip()


def test_a_name_without_end_is_cut() -> None:
    assert identity_of(given_name="x" * 5000).nome == "x" * claims.LONGEST_NAME
    assert identity_of(email="x" * 5000).email == ""
