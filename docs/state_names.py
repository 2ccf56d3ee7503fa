"""What people call the states, for `stati_nomi.csv`: the names of CLDR as Babel carries them, and the common ones.

CLDR's are in Italian, German, English, French and Spanish and in the languages of each state itself.
"""

from collections.abc import Iterator

from babel import Locale
from babel.core import UnknownLocaleError
from babel.languages import get_official_languages

from omnia_com.languages.signs import letters

LANGUAGES = ("it", "de", "en", "fr", "es")
ITALY = ("IT", "Italia")
# ISO 3166 code of the states whose name is another one in CLDR.
ISO = {
    "IT": "IT", "Z106": "VA", "Z153": "BA", "Z156": "CZ", "Z161": "PS", "Z206": "MM", "Z242": "TL", "Z311": "CG",
    "Z312": "CD", "Z729": "WF", "Z735": "FM",
}  # fmt: skip
# As people say and write them, and the long names that others could be confused with.
COMMON = {
    "Z102": "Repubblica d'Austria",
    "Z106": "Vaticano; Città del Vaticano; Stato del Vaticano; Santa Sede; Vatikan; Vatican; Holy See; Heiliger Stuhl",
    "Z108": "Isole Faroe; Isole Faroer; Faroer; Faroe",
    "Z110": "Repubblica Francese",
    "Z112": "Repubblica Federale di Germania; Repubblica Federale Tedesca; Bundesrepublik Deutschland; BRD; RFT",
    "Z114": "UK; GB; Gran Bretagna; Inghilterra; Scozia; Galles; Irlanda del Nord; Great Britain; Britain; England; "
    "Scotland; Wales; Northern Ireland; Großbritannien; Schottland; Nordirland; Grande-Bretagne; Angleterre; "
    "Gran Bretaña; Inglaterra; Regno Unito di Gran Bretagna e Irlanda del Nord; "
    "United Kingdom of Great Britain and Northern Ireland",
    "Z115": "Repubblica Ellenica; Ellade",
    "Z116": "Eire; Irlanda del Sud",
    "Z123": "Montecarlo; Monte Carlo; Monte-Carlo",
    "Z126": "Olanda; Holland; Hollande; Holanda",
    "Z130": "Repubblica di San Marino",
    "Z133": "Confederazione Svizzera; Confederazione Elvetica; Elvezia; Swiss; Schweizerische Eidgenossenschaft",
    "Z139": "Belarus; Russia Bianca; Repubblica di Bielorussia",
    "Z140": "Moldavia; Repubblica Moldava; Repubblica Moldova; Moldawien; Republik Moldau",
    "Z148": "Macedonia; Ex Repubblica Jugoslava di Macedonia; FYROM; Mazedonien; Repubblica di Macedonia",
    "Z153": "Bosnia; Bosnia Erzegovina; Bosnien; Bosna",
    "Z154": "Federazione Russa; Federazione di Russia; Russian Federation; Russische Föderation",
    "Z155": "Repubblica Slovacca; Slovak Republic; Slowakische Republik",
    "Z156": "Cechia; Ceca; Czech Republic; Tschechische Republik; Tschechei; Česká republika",
    "Z158": "Repubblica Serba",
    "Z160": "Kossovo; Cossovo",
    "Z161": "Palestina; Palestine; Palästina; Stato di Palestina; Territori palestinesi; "
    "Territori palestinesi occupati; Cisgiordania; Striscia di Gaza; Gaza; West Bank; Westjordanland; Gazastreifen",
    "Z203": "Arabia; Regno dell'Arabia Saudita",
    "Z204": "Bahrain",
    "Z206": "Birmania; Burma; Birma",
    "Z209": "Ceylon; Repubblica Democratica Socialista dello Sri Lanka",
    "Z210": "Cina Popolare; Repubblica Popolare Cinese; Repubblica Popolare di Cina; People's Republic of China; "
    "Volksrepublik China; PRC; RPC",
    "Z213": "Repubblica di Corea; Republic of Korea; Republik Korea; Sud Corea",
    "Z214": "Repubblica Popolare Democratica di Corea; Democratic People's Republic of Korea; "
    "Demokratische Volksrepublik Korea; Nord Corea",
    "Z215": "Emirati; Emirati Arabi; UAE; EAU; Dubai; Abu Dhabi",
    "Z217": "Formosa; Repubblica di Cina; Republic of China; Republik China; Taipei Cinese",
    "Z222": "Unione Indiana",
    "Z224": "Persia; Repubblica Islamica dell'Iran",
    "Z225": "Irak",
    "Z228": "Repubblica Democratica Popolare del Laos; Repubblica Popolare Democratica del Laos",
    "Z233": "Mongolia Esterna",
    "Z236": "Repubblica Islamica del Pakistan",
    "Z241": "Siam; Tailandia",
    "Z242": "Timor Est; East Timor; Repubblica Democratica di Timor Est; Osttimor",
    "Z247": "Malesia; Malaisia; Federazione della Malesia",
    "Z251": "Viet Nam; Repubblica Socialista del Vietnam",
    "Z253": "Azerbaijan; Aserbaijan",
    "Z255": "Kazakistan; Kazakstan; Cazachistan",
    "Z256": "Kirghisistan; Kirgizistan; Kirghizia; Kirgikistan; Chirghisistan; Kyrgyz Republic",
    "Z257": "Tagichistan; Tajikistan",
    "Z258": "Turkmenia",
    "Z259": "Usbekistan; Uzbechistan",
    "Z301": "Repubblica Algerina Democratica e Popolare",
    "Z307": "Cabo Verde; Isole di Capo Verde",
    "Z308": "Centrafrica; Africa Centrale",
    "Z311": "Congo Brazzaville; Congo (Brazzaville); Repubblica del Congo; Republic of the Congo; Republik Kongo",
    "Z312": "Congo Kinshasa; Congo (Kinshasa); Repubblica Democratica Congo; Congo (Repubblica Democratica); RD Congo; "
    "Zaire; RDC; DRC; Democratic Republic of the Congo; DR Congo; Demokratische Republik Kongo",
    "Z313": "Ivory Coast; Costa Avorio",
    "Z314": "Dahomey",
    "Z315": "Abissinia; Repubblica Democratica Federale d'Etiopia",
    "Z318": "Costa d'Oro",
    "Z326": "Jamahiriya",
    "Z327": "Malgascia; Repubblica Malgascia",
    "Z332": "Maurizio; Isola Maurizio; Isole Mauritius; Isole Maurizio",
    "Z336": "Repubblica Araba d'Egitto",
    "Z337": "Rhodesia",
    "Z338": "Rwanda",
    "Z340": "Isola di Sant'Elena",
    "Z341": "São Tomé; Repubblica Democratica di São Tomé e Príncipe",
    "Z342": "Seicelle; Isole Seychelles",
    "Z347": "Africa del Sud; Repubblica Sudafricana; Repubblica del Sudafrica; RSA",
    "Z349": "Swaziland",
    "Z354": "Alto Volta",
    "Z357": "Tanganica",
    "Z404": "USA; U.S.; America; Stati Uniti; Stati Uniti d'America; United States; United States of America; Amerika; "
    "Vereinigte Staaten; Vereinigte Staaten von Amerika; Estados Unidos de América; États-Unis d'Amérique",
    "Z502": "Isole Bahamas",
    "Z505": "Santo Domingo; San Domingo; Dominicana",
    "Z514": "Stati Uniti Messicani; Mexico",
    "Z518": "Puerto Rico",
    "Z527": "Santa Lucia; St. Lucia",
    "Z528": "San Vincenzo; San Vincenzo e Grenadine; St. Vincent",
    "Z530": "Caimani; Isole Caimane",
    "Z532": "Antigua",
    "Z533": "San Cristoforo e Nevis; St. Kitts; Saint Kitts",
    "Z601": "Stato Plurinazionale della Bolivia",
    "Z605": "Equador",
    "Z612": "Trinidad",
    "Z614": "Repubblica Bolivariana del Venezuela",
    "Z704": "Isole Figi; Fiji; Isole Fiji",
    "Z719": "New Zealand; NZ",
    "Z724": "Salomone",
    "Z730": "Papua",
    "Z735": "Micronesia",
    "Z907": "Sudan del Sud; Sudan Meridionale",
}
Rows = list[tuple[str, ...]]


def rows(states: Rows, other_names: dict[str, list[str]]) -> Rows:
    """(belfiore, name, language) for each other name of *states* (code, Italian name, …): one a spelling, by code.

    *other_names*: what the table of the codes calls them besides. Raises `ValueError` when two states share a name.
    """
    found: Rows = []
    owner = {letters(name): code for code, name, *_ in [ITALY, *states]}
    for code, name, *_ in [ITALY, *states]:
        for other, language in _names(code, name, other_names.get(code, [])):
            if owner.setdefault(letters(other), code) != code:
                raise ValueError(f"{other}: {code}, {owner[letters(other)]}")
            found.append((code, other, language))
    return found


def _names(code: str, name: str, others: list[str]) -> Iterator[tuple[str, str]]:
    told = {letters(name), ""}
    for other, language in (*_of_cldr(code, name, others), *((o, "") for o in (*others, *_common(code)))):
        if letters(other) not in told:
            told.add(letters(other))
            yield other, language


def _common(code: str) -> list[str]:
    return [name for name in COMMON.get(code, "").split("; ") if name]


def _of_cldr(code: str, name: str, others: list[str]) -> Iterator[tuple[str, str]]:
    iso = ISO.get(code) or _iso_of([name, *others])
    own = get_official_languages(iso, regional=True, de_facto=True)
    for language in dict.fromkeys((*LANGUAGES, *own)):
        try:
            territory = Locale.parse(language).territories.get(iso)
        except UnknownLocaleError:
            continue
        if territory:
            yield territory, language


def _iso_of(names: list[str]) -> str:
    """The code of the territory that CLDR calls so, in Italian or English. Raises `StopIteration` for none."""
    wanted = [letters(name) for name in names]
    return next(
        str(iso)
        for known in wanted
        for language in ("it", "en")
        for iso, name in Locale(language).territories.items()
        if len(iso) == 2 and letters(name) == known
    )
