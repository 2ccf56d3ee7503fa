"""What the Messaggio 4672/2023 asks, per tipologia di rioccupazione, in its words and its order."""

from dataclasses import dataclass
from decimal import Decimal

from omnia_com.italy import places, states
from omnia_com.italy.codice_fiscale import is_valid, partita_iva_is_valid

from .days import Day
from .fields import (
    ABROAD,
    Choice,
    Code,
    Country,
    Email,
    Field,
    LongChoice,
    Notes,
    Option,
    Phone,
    PlaceName,
    Postcode,
    StateName,
    Text,
    Tick,
)
from .numbers import Count, Hours, Money


@dataclass(frozen=True, slots=True)
class Group:
    """The fields of one tipologia; `title` is its legend on the page."""

    name: str
    title: str
    fields: tuple[Field, ...]


def codice_fiscale_o_partita_iva(code: str) -> bool:
    """A company's codice fiscale has the eleven digits of a partita IVA, a person's has sixteen characters."""
    return is_valid(code) or partita_iva_is_valid(code)


def _options(*pairs: tuple[str, str]) -> tuple[Option, ...]:
    return tuple(Option(*pair) for pair in pairs)


CONTRATTI = _options(
    ("indeterminato", "Tempo indeterminato"),
    ("determinato", "Tempo determinato"),
    ("apprendistato", "Apprendistato"),
    ("somministrazione", "Somministrazione (agenzia per il lavoro)"),
    ("domestico", "Lavoro domestico (colf, badante, baby-sitter)"),
    ("altro", "Altro contratto"),
)
STATI = _options((states.ITALY, "Italia"), (ABROAD, "Un altro stato"))
AGRICOLO_INTERMITTENTE = _options(
    ("no", "No"),
    ("agricolo", "Sì, lavoro agricolo"),
    ("intermittente", "Sì, lavoro intermittente (a chiamata)"),
)
COLLOCAZIONI = _options(
    ("giorni_diversi", "Sì, in giorni diversi"),
    ("ore_diverse", "Sì, negli stessi giorni ma in ore diverse"),
    ("coincide", "No, i giorni e le ore coincidono, anche solo in parte"),
)
TIPOLOGIE_AUTONOMO = _options(
    ("professionista_cassa", "Professionista con una cassa propria (avvocato, geometra…)"),
    ("professionista_gestione_separata", "Professionista iscritto alla Gestione separata INPS"),
    ("artigiano", "Artigiano"),
    ("commerciante", "Commerciante"),
    ("agricolo", "Coltivatore diretto o imprenditore agricolo"),
    ("impresa_individuale", "Titolare di impresa individuale"),
    ("socio", "Socio di società"),
    ("amministratore", "Amministratore o sindaco di società"),
    ("collaboratore_familiare", "Collaboratore nell’impresa di famiglia"),
    ("associato_in_partecipazione", "Associato in partecipazione"),
    ("sportivo", "Lavoratore sportivo"),
    ("vendite_a_domicilio", "Venditore a domicilio"),
    ("cococo", "Collaboratore coordinato e continuativo (co.co.co.)"),
    ("occasionale", "Lavoratore autonomo occasionale"),
    ("prestazione_occasionale", "Prestazione occasionale (PrestO, Libretto famiglia)"),
    ("diritto_autore", "Cessione di diritto d’autore"),
    ("altro", "Altro"),
)

INIZIO = Field("data_inizio", "Data inizio rioccupazione", Day(), hint="Il primo giorno di lavoro. Esempio: 01/12/2026")
REDDITO = Field(
    "reddito_presunto_annuale",
    "Reddito presunto annuale (lordo fiscale)",
    Money(),
    hint="Quanto pensi di guadagnare, prima di tasse e contributi, come sul contratto: se il lavoro dura meno di un "
    "anno, in tutto; se dura di più, in dodici mesi. Basta una stima. Esempio: 12.000,50",
)
ANNOTAZIONI = Field(
    "annotazioni",
    "Ulteriori annotazioni",
    Notes(),
    required=False,
    hint="Altro che INPS deve sapere. Al massimo 2000 caratteri.",
)

SUBORDINATO = Group(
    "subordinato",
    "Lavoro subordinato",
    (
        INIZIO,
        Field("tipo_contratto", "Tipo di contratto", Choice(CONTRATTI)),
        Field(
            "data_fine", "Data fine rioccupazione", Day(), hint="Solo se il contratto ha una fine. Esempio: 31/05/2027"
        ),
        Field(
            "datore_lavoro",
            "Datore di lavoro",
            Text(),
            hint="L’azienda o la persona che ti assume; se è un’agenzia per il lavoro, l’agenzia",
        ),
        Field(
            "datore_codice_fiscale",
            "Codice fiscale del datore di lavoro",
            Code(codice_fiscale_o_partita_iva, lengths=(11, 16), prefix="IT"),
            required=False,
            hint="Sul contratto: 11 cifre per un’azienda, 16 caratteri per una persona",
        ),
        Field(
            "sede_stato",
            "Sede di lavoro (stato)",
            Country(STATI, name_in="sede_stato_nome"),
        ),
        Field(
            "sede_stato_nome",
            "Quale stato?",
            StateName(of="sede_stato"),
            hint="Il nome, anche in tedesco, in inglese o nella lingua del posto. Esempio: Svizzera",
        ),
        Field("stato_non_in_elenco", "Il mio stato non c’è", Tick(), required=False),
        Field(
            "sede_provincia",
            "Sede di lavoro (provincia)",
            LongChoice(_options(*places.provinces())),
            hint="Solo se lavorerai in Italia",
        ),
        Field("sede_citta", "Sede di lavoro (città)", PlaceName(), hint="Il nome del comune. Esempio: Torino"),
        Field("comune_non_in_elenco", "Il mio comune non c’è", Tick(), required=False),
        Field(
            "sede_via",
            "Sede di lavoro (via/piazza)",
            Text(shortest=3),
            hint="In Italia, con il numero civico: anche di un cantiere, o di casa tua se lavori lì. "
            "Esempio: Via Roma 1",
        ),
        Field("sede_cap", "CAP", Postcode(), hint="In Italia 5 cifre. Esempio: 10121"),
        REDDITO,
        Field(
            "lavoro_agricolo_intermittente",
            "Lavoro agricolo/intermittente",
            Choice(AGRICOLO_INTERMITTENTE),
            hint="È intermittente se il datore ti chiama solo quando serve",
        ),
        Field(
            "orario_settimanale",
            "Orario di lavoro settimanale",
            Hours(Decimal("0.25"), Decimal(78)),
            hint="Quante ore, se il lavoro non è agricolo né intermittente. Esempio: 37,5",
        ),
        Field(
            "giornate_lavorate",
            "Giornate lavorate",
            Count(1, 366),
            hint="Quanti giorni pensi di lavorare in tutto, se il lavoro è agricolo o intermittente. Esempio: 51",
        ),
        Field(
            "ore_giornaliere",
            "Ore di lavoro giornaliero",
            Hours(Decimal("0.25"), Decimal(24)),
            hint="Quante ore, se il lavoro è agricolo o intermittente. Esempio: 6,5",
        ),
        Field(
            "collocazione_oraria",
            "Il nuovo lavoro si svolge in giorni o ore diversi da quelli del lavoro sospeso?",
            Choice(COLLOCAZIONI),
            hint="Se per esempio la cassa ti ferma il lunedì e il nuovo lavoro è il sabato, i giorni sono diversi",
        ),
        Field(
            "datore_integrazione_salariale",
            "Datore di lavoro che ha chiesto la cassa integrazione",
            Text(),
            required=False,
            hint="Serve per la lettera che lo avvisa",
        ),
        ANNOTAZIONI,
    ),
)

AUTONOMO = Group(
    "autonomo",
    "Lavoro autonomo/parasubordinato",
    (
        INIZIO,
        Field(
            "data_fine",
            "Data fine rioccupazione",
            Day(),
            required=False,
            hint="Solo se la conosci già. Esempio: 31/05/2027",
        ),
        Field(
            "tipologia_autonomo",
            "Tipologia di lavoratore autonomo/parasubordinato",
            LongChoice(TIPOLOGIE_AUTONOMO),
        ),
        Field("tipologia_autonomo_altro", "Quale?", Text(), hint="Scrivilo se hai scelto «Altro»"),
        Field(
            "partita_iva",
            "Partita IVA",
            Code(partita_iva_is_valid, lengths=(11,), prefix="IT"),
            hint="11 cifre. Lascia vuoto se per il tuo lavoro non serve",
        ),
        Field("partita_iva_in_attesa", "Non ho ancora la partita IVA", Tick(), required=False),
        REDDITO,
        ANNOTAZIONI,
    ),
)

GROUPS = {group.name: group for group in (SUBORDINATO, AUTONOMO)}
TIPOLOGIA = Field(
    "tipologia_rioccupazione",
    "Tipologia di rioccupazione",
    Choice(tuple(Option(group.name, group.title) for group in GROUPS.values())),
    hint="Subordinato: alle dipendenze di qualcuno. Autonomo: in proprio. Parasubordinato: una collaborazione, come la "
    "co.co.co.",
)
DICHIARAZIONI = (
    Field("dichiarazione_veridicita", "Dichiarazione di veridicità", Tick()),
    Field("dichiarazione_privacy", "Dichiarazione sulla privacy", Tick()),
)
CONTATTI = (
    Field("email", "Indirizzo e-mail", Email(), required=False, hint="Esempio: anna.rossi@example.it"),
    Field("cellulare", "Cellulare", Phone(), required=False, hint="Esempio: 333 1234567"),
    Field("telefono", "Telefono", Phone(), required=False, hint="Esempio: 06 12345678"),
    Field("pec", "Indirizzo PEC", Email(), required=False, hint="Esempio: anna.rossi@pec.example.it"),
)
