"""What is stored. Instants are UTC; owners are codici fiscali; texts typed by people are kept as they typed them.

Here stand the columns, as the program reads and writes them; what the database holds them to (checks, references,
triggers, indexes) is said by the migrations alone.
"""

from piccolo.columns import (
    JSONB,
    UUID,
    Array,
    BigInt,
    BigSerial,
    Boolean,
    Bytea,
    Date,
    ForeignKey,
    Integer,
    Serial,
    SmallInt,
    Text,
    Timestamptz,
    Varchar,
)
from piccolo.columns.defaults.timestamptz import TimestamptzNow
from piccolo.table import Table

from .database import DB


class Dichiarante(Table, db=DB):
    """A person as the identity provider last described them; `contatti`: what they typed over it themselves."""

    codice_fiscale = Varchar(16, primary_key=True)
    nome = Text(null=False)
    cognome = Text(null=False)
    data_nascita = Date(null=True, default=None)
    luogo_nascita = Varchar(4)
    luogo_nascita_provincia = Varchar(2)
    email = Text()
    cellulare = Text()
    telefono = Text()
    pec = Text()
    aggiornato = Timestamptz(default=TimestamptzNow())
    contatti = JSONB(null=True, default=None)


class AccessoInCorso(Table, db=DB):
    """A sign-in that has left for the identity provider: one use, ten minutes, bound to the browser."""

    stato_sha256 = Bytea(primary_key=True)
    browser_sha256 = Bytea(null=False)
    dati = JSONB(null=False)
    creato = Timestamptz(default=TimestamptzNow())


class Sessione(Table, db=DB):
    """A signed-in browser, under the SHA-256 of its token."""

    token_sha256 = Bytea(primary_key=True)
    dichiarante = ForeignKey(Dichiarante, null=False)
    mezzo = Varchar(4, null=False)
    livello = SmallInt(null=False)
    emittente = Text(null=False)
    id_token = Text()
    access_token = Text()
    richiesta = Text(null=False, default="")
    uscita = Text()
    name_id = Text()
    creata = Timestamptz(default=TimestamptzNow())
    vista = Timestamptz(default=TimestamptzNow())


class Bozza(Table, db=DB):
    """A draft: what was typed, verbatim; `versione` grows by one at each save, the last by `pagina` at its `passo`."""

    id = UUID(primary_key=True)
    dichiarante = ForeignKey(Dichiarante, null=False)
    digitato = JSONB(null=False, default="{}")
    versione = Integer(null=False, default=1)
    creata = Timestamptz(default=TimestamptzNow())
    aggiornata = Timestamptz(default=TimestamptzNow())
    rettifica = UUID(null=True, default=None)
    pagina = Varchar(24)
    passo = Integer(default=0)


class Protocollo(Table, db=DB):
    """The last number given out in a year."""

    anno = SmallInt(primary_key=True)
    ultimo = Integer(null=False)


class Comunicazione(Table, db=DB):
    """What was sent, written once: a trigger refuses UPDATE, DELETE and TRUNCATE. The id is its draft's."""

    id = UUID(primary_key=True)
    protocollo = Varchar(24, unique=True, null=False)
    dichiarante = Varchar(16, null=False)
    inviata_il = Timestamptz(null=False)
    tipologia = Varchar(20, null=False)
    data_inizio = Date(null=False)
    data_fine = Date(null=True, default=None)
    reddito_centesimi = BigInt(null=False)
    partita_iva = Varchar(11, null=True, default=None)
    risposte = JSONB(null=False)
    righe = JSONB(null=False)
    persona = JSONB(null=False)
    dichiarazioni_versione = Varchar(20, null=False)
    sha256 = Varchar(64, null=False)
    genere = Varchar(14, null=False, default="comunicazione")
    sostituisce = UUID(null=True, default=None, unique=True)
    motivo = Varchar(20, null=False)
    allegati = JSONB(null=False, default="[]")
    lingua = Varchar(8, null=False, default="it")
    ente = Text(null=False)
    avviso = Text(null=False)
    codice = Varchar(12, null=False, default="")
    verifica = Text(null=False, default="")


class Contenuto(Table, db=DB):
    """The content of an attachment; its bytes are in the store under this `id`.

    `stato`: `arriva` while it comes in; `attesa` of the virus check; `ammesso`; `infetto`; `tolto` when nothing refers
    to it any more (the row goes a day later). A trigger keeps what was `inviato`.
    """

    id = UUID(primary_key=True)
    dichiarante = Varchar(16, null=False)
    tipo = Varchar(20)
    dimensione = Integer()
    sha256 = Varchar(64)
    stato = Varchar(8, null=False, default="arriva")
    inviato = Boolean(null=False, default=False)
    creato = Timestamptz(default=TimestamptzNow())


class Allegato(Table, db=DB):
    """A file that a draft refers to, under the name that its owner knows. It goes when its draft goes."""

    id = Serial(primary_key=True)
    bozza = ForeignKey(Bozza, null=False)
    contenuto = ForeignKey(Contenuto, null=False)
    nome = Varchar(120, null=False)


class Documento(Table, db=DB):
    """A PDF to be made: the row is the truth, the queue only a hint.

    A receipt has the id of its communication and is drawn from it; the export of a draft carries its own `contenuto`
    and goes when its `bozza` goes. `tentativi` are those that failed by its own fault; `da_solo`: to be made beside no
    other; `chieste`: how many times an export was asked for.
    """

    id = UUID(primary_key=True)
    tipo = Varchar(20, null=False)
    dichiarante = Varchar(16, null=False)
    bozza = UUID(null=True, default=None)
    contenuto = JSONB(null=True, default=None)
    stato = Varchar(8, null=False, default="attesa")
    pdf = Bytea(null=True, default=None)
    gettone = UUID(null=True, default=None)
    presa_fino = Timestamptz(null=True, default=None)
    tentativi = SmallInt(null=False, default=0)
    creato = Timestamptz(default=TimestamptzNow())
    pronto_il = Timestamptz(null=True, default=None)
    da_solo = Boolean(null=False, default=False)
    chieste = SmallInt(null=False, default=1)


class Scambio(Table, db=DB):
    """An authentication exchange; what passed is encrypted in `contenuto`, by the key whose fingerprint is `chiave`."""

    id = UUID(primary_key=True)
    quando = Timestamptz(default=TimestamptzNow())
    protocollo = Varchar(4, null=False)
    emittente = Text(null=False)
    richiesta = Text(null=False)
    esito = Varchar(60, null=False)
    persona = Bytea(null=False)
    chiave = Varchar(8, null=False)
    contenuto = Bytea(null=False)


class ScambioLetto(Table, db=DB):
    """Who read an exchange of the register, when, which, and why."""

    id = Serial(primary_key=True)
    quando = Timestamptz(default=TimestamptzNow())
    chi = Text(null=False)
    richiesta = Text(null=False)
    motivo = Text(null=False)
    trovati = Integer(null=False)


class Eliminata(Table, db=DB):
    """A communication that was sent and is no more, its time being over: no personal data."""

    protocollo = Varchar(24, primary_key=True)
    inviata_il = Timestamptz(null=False)
    sha256 = Varchar(64, null=False)
    eliminata_il = Timestamptz(default=TimestamptzNow())
    operatore = Text(null=False)


class Saltata(Table, db=DB):
    """Numbers of a year, from `dal` to `al`, that are given to nobody: after a restore somebody may hold them."""

    id = BigSerial(primary_key=True)
    anno = SmallInt(null=False)
    dal = Integer(null=False)
    al = Integer(null=False)
    quando = Timestamptz(default=TimestamptzNow())
    operatore = Text(null=False)


class RegistroGiorno(Table, db=DB):
    """A day that is over: the root of the tree of what was sent on it (RFC 6962), and its time-stamp, if it has one."""

    giorno = Date(primary_key=True)
    foglie = Integer(null=False)
    radice = Varchar(64, null=False)
    marca = Bytea(null=False, default=b"")
    chiuso_il = Timestamptz(default=TimestamptzNow())


class RegistroFoglia(Table, db=DB):
    """A leaf of a day's tree, at its `posto` from 0; it stays when its communication goes."""

    protocollo = Varchar(24, primary_key=True)
    giorno = ForeignKey(RegistroGiorno, null=False)
    posto = Integer(null=False)
    inviata_il = Timestamptz(null=False)
    sha256 = Varchar(64, null=False)


class RegistroAccessi(Table, db=DB):
    """Who saw, sent or took away what; a trigger refuses UPDATE. `rete` is the network of an address."""

    id = BigSerial(primary_key=True)
    quando = Timestamptz(default=TimestamptzNow())
    dichiarante = Varchar(16, null=False)
    azione = Varchar(20, null=False)
    oggetto = UUID(null=True, default=None)
    rete = Varchar(43)
    motivo = Text()
    operatore = Text()


class ModuloTenuto(Table, db=DB):
    """A form whose session was gone, encrypted under a key that only the browser has; half an hour, one use."""

    id_sha256 = Bytea(primary_key=True)
    contenuto = Bytea(null=False)
    creato = Timestamptz(default=TimestamptzNow())


class Battito(Table, db=DB):
    """When each worker was last seen alive, and whether it has a browser ('' for none)."""

    nome = Varchar(40, primary_key=True)
    visto = Timestamptz(null=False)
    browser = Varchar(200)


class Regola(Table, db=DB):
    """One row: what `migrate` was told of the settings, which the database holds the service to (`m0002_refusals`).

    `accessi_giorni` and `scambi_mesi`: for how long the two registers are kept at least. `passi`: ids of migrations.
    """

    unica = Boolean(primary_key=True, default=True)
    accessi_giorni = Integer(null=False, default=365)
    scambi_mesi = Integer(null=False, default=24)
    orologio_di_prova = Boolean(null=False, default=False)
    passi = Array(base_column=Text())
