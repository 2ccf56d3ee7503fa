"""Every sentence that tells a person what to mend: one for each field and code, in the order of the form.

They speak to the person, say what to do and give an example. Where a code can have several reasons (`Problem.reason`)
the reason has its own sentence: each says only what is true of this text. A field added without words of its own gets
those of its code (`ANY_FIELD`).
"""

from omnia_com.languages import gettext

from .field_groups import CONTATTI, DICHIARAZIONI, GROUPS, TIPOLOGIA
from .laws import DUTY
from .problems import Problem

_GIORNO = "Questa data non esiste. Scrivila così: "
_ILLEGGIBILE = "Non riusciamo a leggere questa data. Scrivi giorno, mese e anno, così: "
_ELENCO = "Questa scelta non c’è nell’elenco. Scegline un’altra."

ERRORS: dict[str, dict[str, str]] = {
    "tipologia_rioccupazione": {
        "obbligatorio": "Scegli se il nuovo lavoro è subordinato oppure autonomo/parasubordinato.",
        "non_valido": "Scegli una delle due tipologie: subordinato oppure autonomo/parasubordinato.",
    },
    "tipo_contratto": {"obbligatorio": "Scegli il tipo di contratto.", "non_valido": _ELENCO},
    "data_inizio": {
        "obbligatorio": "Scrivi il giorno in cui cominci a lavorare. Esempio: 01/12/2026.",
        "data_illeggibile": _ILLEGGIBILE + "01/12/2026.",
        "data_inesistente": _GIORNO + "01/12/2026.",
        "troppo_indietro": "La data di inizio è troppo lontana nel passato. "
        f"Scrivi una data dal {DUTY.first:%d/%m/%Y} in poi.",
        "troppo_avanti": "La data di inizio è troppo lontana. Scrivi una data entro un anno da oggi.",
    },
    "data_fine": {
        "obbligatorio": "Questo contratto ha una fine: scrivi l’ultimo giorno di lavoro. Esempio: 31/05/2027.",
        "data_illeggibile": _ILLEGGIBILE + "31/05/2027.",
        "data_inesistente": _GIORNO + "31/05/2027.",
        "prima_dell_inizio": "La fine viene prima dell’inizio. Correggi una delle due date.",
        "indeterminato_senza_fine": "Un contratto a tempo indeterminato non ha una fine. "
        "Cancella questa data o cambia il tipo di contratto.",
    },
    "datore_lavoro": {
        "obbligatorio": "Scrivi il nome dell’azienda o della persona per cui lavorerai. Esempio: Rossi S.r.l.",
        "non_valido": "Il nome del datore di lavoro è troppo corto. Scrivilo per intero. Esempio: Rossi S.r.l.",
        "troppo_lungo": "Il nome del datore di lavoro è troppo lungo. Usa al massimo 200 caratteri.",
    },
    "datore_codice_fiscale": {
        "non_valido": "Questo codice fiscale non è giusto. Ricontrollalo sul contratto: "
        "11 cifre o 16 caratteri. Se non lo trovi, lascia vuoto."
    },
    "sede_stato": {
        "obbligatorio": "Scrivi il nome dello stato in cui lavorerai. Esempio: Svizzera.",
        "non_valido": "Non riconosciamo questo stato. Scrivi il nome per intero, oppure segna «Il mio stato non c’è». "
        "Esempio: Svizzera.",
    },
    "sede_provincia": {
        "obbligatorio": "Scegli la provincia in cui lavorerai.",
        "non_valido": "Questa provincia non c’è nell’elenco. Sceglila di nuovo.",
    },
    "sede_citta": {
        "obbligatorio": "Scrivi la città in cui lavorerai. Esempio: Torino.",
        "non_valido": "Qui non si legge niente. Scrivi il nome della città. Esempio: Lugano.",
        "troppo_lungo": "Il nome della città è troppo lungo. Usa al massimo 100 caratteri.",
        "comune_sconosciuto": "Non troviamo un comune con questo nome. Ricontrolla come è scritto, "
        "oppure segna «Il mio comune non c’è».",
    },
    "stato_non_in_elenco": {"non_valido": "Segna la casella oppure lasciala vuota."},
    "comune_non_in_elenco": {"non_valido": "Segna la casella oppure lasciala vuota."},
    "sede_via": {
        "obbligatorio": "Scrivi la via o la piazza in cui lavorerai. Esempio: Via Roma 1.",
        "non_valido": "L’indirizzo è troppo corto. Scrivi la via e il numero. Esempio: Via Roma 1.",
        "troppo_lungo": "L’indirizzo è troppo lungo. Usa al massimo 200 caratteri.",
    },
    "sede_cap": {
        "obbligatorio": "Scrivi il CAP del posto in cui lavorerai. Esempio: 10121.",
        "non_valido": "Scrivi le 5 cifre del CAP, senza spazi né lettere. Esempio: 10121.",
        "troppo_lungo": "Il codice postale è troppo lungo. Usa al massimo 12 caratteri.",
    },
    "reddito_presunto_annuale": {
        "obbligatorio": "Scrivi quanto pensi di guadagnare in un anno. Basta una stima. Esempio: 12.000.",
        "non_valido": "Non riusciamo a leggere questo importo. Scrivilo in cifre. Esempio: 12.000,50.",
        "negativo": "L’importo non può essere sotto zero. Se non pensi di guadagnare, scrivi 0.",
        "troppo_grande": "L’importo è troppo grande. Scrivi al massimo 9.999.999,99.",
    },
    "lavoro_agricolo_intermittente": {
        "obbligatorio": "Scegli se il lavoro è agricolo, intermittente o nessuno dei due.",
        "non_valido": _ELENCO,
    },
    "orario_settimanale": {
        "obbligatorio": "Scrivi quante ore lavorerai alla settimana. Esempio: 20.",
        "non_valido": "Non riusciamo a leggere queste ore. Scrivile in cifre. Esempio: 37,5.",
        "fuori_limite": "Le ore alla settimana vanno da 0,25 a 78. Correggi il numero.",
    },
    "giornate_lavorate": {
        "obbligatorio": "Scrivi quante giornate pensi di lavorare. Esempio: 51.",
        "non_valido": "Scrivi le giornate in cifre. Esempio: 51.",
        "non_intero": "Scrivi un numero intero di giornate, senza virgola. Esempio: 51.",
        "fuori_limite": "Le giornate vanno da 1 a 366. Correggi il numero.",
        "oltre_il_periodo": "Le giornate sono più dei giorni fra inizio e fine. Correggi il numero o le date.",
    },
    "ore_giornaliere": {
        "obbligatorio": "Scrivi quante ore lavorerai al giorno. Esempio: 6,5.",
        "non_valido": "Non riusciamo a leggere le ore al giorno. Scrivile in cifre. Esempio: 6,5.",
        "fuori_limite": "Le ore al giorno vanno da 0,25 a 24. Correggi il numero.",
    },
    "collocazione_oraria": {
        "obbligatorio": "Scegli se giorni e ore sono diversi da quelli del lavoro sospeso.",
        "non_valido": _ELENCO,
    },
    "datore_integrazione_salariale": {
        "non_valido": "Il nome del datore che ha chiesto la cassa è troppo corto. Scrivilo per intero o lascia vuoto.",
        "troppo_lungo": "Il nome del datore che ha chiesto la cassa è troppo lungo. Usa al massimo 200 caratteri.",
    },
    "tipologia_autonomo": {
        "obbligatorio": "Scegli che tipo di lavoratore autonomo o parasubordinato sarai.",
        "non_valido": _ELENCO,
    },
    "tipologia_autonomo_altro": {
        "obbligatorio": "Hai scelto «Altro»: scrivi quale lavoro farai. Esempio: guida turistica.",
        "non_valido": "È troppo corto. Scrivi per intero quale lavoro farai. Esempio: guida turistica.",
        "troppo_lungo": "È troppo lungo. Di’ quale lavoro farai in 200 caratteri al massimo.",
    },
    "partita_iva": {
        "obbligatorio": "Scrivi la partita IVA. Se non ce l’hai ancora, segna «Non ho ancora la partita IVA».",
        "non_valido": "Questa partita IVA non è giusta. Ricontrolla le 11 cifre. Esempio: 12345670017.",
    },
    "partita_iva_in_attesa": {"non_valido": "Segna la casella oppure lasciala vuota."},
    "annotazioni": {"troppo_lungo": "Le annotazioni sono troppo lunghe. Usa al massimo 2000 caratteri."},
    "allegati": {
        "tipo_non_ammesso": "Questo file non è un PDF, un JPEG o un PNG. Salvalo in PDF, oppure fai una foto.",
        "troppo_grande": "Questo file è più grande di 4 MB. Scegline uno più piccolo, o riducilo.",
        "troppi": "Puoi allegare al massimo 5 file. Togline uno e riprova.",
        "non_valido": "L’antivirus ha rifiutato un file che hai allegato. Toglilo, poi continua.",
        "non_caricato": "Il file che hai scelto non è ancora allegato. Sceglilo di nuovo e premi «Carica il file».",
    },
    "dichiarazione_veridicita": {
        "obbligatorio": "Per inviare, segna la casella con cui dichiari che i dati sono veri."
    },
    "dichiarazione_privacy": {
        "obbligatorio": "Per inviare, segna la casella con cui dici di avere letto l’informativa sulla privacy."
    },
    "email": {
        "non_valido": "Ricontrolla l’e-mail: scrivi un solo indirizzo, senza spazi. Esempio: anna.rossi@example.it."
    },
    "cellulare": {"non_valido": "Scrivi il cellulare in cifre, da 5 a 15. Esempio: 333 1234567."},
    "telefono": {"non_valido": "Scrivi il telefono con il prefisso, da 5 a 15 cifre. Esempio: 06 12345678."},
    "pec": {
        "non_valido": "Ricontrolla la PEC: scrivi un solo indirizzo, senza spazi. Esempio: anna.rossi@pec.example.it."
    },
}
# Reasons of a code that need a sentence of their own; `NIENTE` is one of every field that takes a text.
NIENTE = "Qui non si legge niente. Cancella tutto e scrivi di nuovo."
_REASONS_OF_A_DAY = {
    "senza_anno": "Scrivi anche l’anno. Esempio: 01/12/2026.",
    "senza_giorno": "Scrivi anche il giorno. Esempio: 01/12/2026.",
    "due": "Scrivi una data sola. Esempio: 01/12/2026.",
    "mese_prima": "Questa data non esiste. Scrivi prima il giorno e poi il mese. Esempio: 31/12/2026.",
}
_REASONS_OF_HOURS = {
    "quarti": "Scrivi le ore a quarti: 0,25 è un quarto d’ora, 0,5 è mezz’ora. Esempio: 6:30.",
}
REASONS: dict[str, dict[str, str]] = {
    "data_inizio": _REASONS_OF_A_DAY,
    "data_fine": _REASONS_OF_A_DAY,
    "datore_codice_fiscale": {
        "lunghezza": "Un codice fiscale ha 11 cifre o 16 caratteri: qui sono di più o di meno. "
        "Ricontrollalo sul contratto, o lascia vuoto."
    },
    "partita_iva": {
        "lunghezza": "Una partita IVA ha 11 cifre: qui sono di più o di meno. Ricontrollala. Esempio: 12345670017."
    },
    "sede_stato": {
        "piu_di_uno": "Più stati hanno un nome che comincia così. Scrivilo per intero. Esempio: Corea del Sud.",
        "cessato": "Oggi non c’è più uno stato con questo nome. Scrivi quello di oggi. Esempio: Slovenia.",
        "lungo": "Il nome dello stato è troppo lungo. Usa al massimo 100 caratteri.",
    },
    "sede_citta": {
        "altrove": "Nella provincia che hai scelto non c’è {comune}. È qui: {province}. Cambia la provincia, "
        "oppure correggi il nome.",
        "piu_di_uno": "Più comuni della provincia hanno un nome come questo. Scrivilo per intero, "
        "oppure scegli dall’elenco.",
        "cessato": "Oggi nella provincia non c’è più un comune con questo nome. Scrivi quello di oggi, "
        "oppure segna «Il mio comune non c’è».",
    },
    "reddito_presunto_annuale": {
        "quale": "Non capiamo se sono migliaia o centesimi. Scrivi 12.000 per dodicimila, oppure 12,00 per dodici.",
        "valuta": "Scrivi l’importo in euro, senza altre monete. Esempio: 12.000,50.",
        "due": "Scrivi un importo solo. Basta una stima. Esempio: 12.000.",
    },
    "orario_settimanale": _REASONS_OF_HOURS,
    "ore_giornaliere": _REASONS_OF_HOURS,
}
REFUSALS = {  # why a file is not taken: its code and its sentence
    "tipo": ("tipo_non_ammesso", ERRORS["allegati"]["tipo_non_ammesso"]),
    "heic": (
        "tipo_non_ammesso",
        "È una foto, ma di un tipo (HEIC) che qui non si apre. Fai uno screenshot della foto e allega quello. "
        "Su iPhone puoi anche scegliere Foto › «Più compatibile».",
    ),
    "immagine": (
        "tipo_non_ammesso",
        "È un’immagine, ma non è un JPEG o un PNG. Aprila, fai uno screenshot e allega quello.",
    ),
    "documento": ("tipo_non_ammesso", "È un documento, per esempio di Word. Aprilo, salvalo in PDF e allega il PDF."),
    "archivio": (
        "tipo_non_ammesso",
        "È un archivio, come uno ZIP. Aprilo, salva i file che ci sono dentro e allegali uno alla volta.",
    ),
    "firmato": (
        "tipo_non_ammesso",
        "È un file con firma digitale, come un .p7m. Aprilo con il programma di firma, salva il PDF che c’è dentro e "
        "allega quello.",
    ),
    "pagina": (
        "tipo_non_ammesso",
        "È una pagina web, non un PDF: forse il sito non ti ha dato il file. Stampala in PDF, oppure scarica di nuovo "
        "il file.",
    ),
    "testo": ("tipo_non_ammesso", "È un file di solo testo. Aprilo, stampalo in PDF e allega il PDF."),
    "multimedia": ("tipo_non_ammesso", "È un video o un audio. Scegli un PDF o una foto."),
    "programma": ("tipo_non_ammesso", "È un programma. Scegli un PDF o una foto."),
    "doppio": (
        "tipo_non_ammesso",
        "Questo file è di due tipi insieme, per esempio PDF e ZIP. Stampalo in un altro PDF, poi riprova.",
    ),
    "grande": ("troppo_grande", ERRORS["allegati"]["troppo_grande"]),
    "troppi": ("troppi", ERRORS["allegati"]["troppi"]),
    "nessuno": ("non_valido", "Prima scegli un file, poi premi «Carica il file»."),
    "vuoto": ("non_valido", "Questo file è vuoto. Controlla che si apra, e scegline un altro."),
    "rovinato": ("non_valido", "Questo file è rovinato e non si apre. Salvalo di nuovo, poi riprova."),
    "incompleto": ("non_valido", "Di questo file manca una parte. Scaricalo o salvalo di nuovo, poi riprova."),
    "guasto": (
        "non_valido",
        "Non siamo riusciti a controllare questo file. Il guasto è nostro. Riprova; se succede ancora, stampalo in un "
        "altro PDF e allega quello.",
    ),
    "cifrato": ("non_valido", "Questo PDF è protetto. Salva una copia senza password, poi riprova."),
    "attivo": ("non_valido", "Questo PDF contiene programmi o file nascosti. Stampalo in un altro PDF, poi riprova."),
    "enorme": ("non_valido", "Questo file, una volta aperto, è troppo grande. Salvalo più piccolo, poi riprova."),
    "virus": ("non_valido", "L’antivirus ha rifiutato questo file. Scegline un altro."),
}
TOO_LONG = "Non è salvato: hai scritto troppo. Accorcia questo testo: in tutto puoi usare 80.000 caratteri."
ANY_FIELD = {
    "obbligatorio": "Compila il campo «{label}».",
    "non_valido": "Ricontrolla il campo «{label}»: così non è giusto.",
    "troppo_lungo": "Il campo «{label}» è troppo lungo. Accorcialo.",
    "data_illeggibile": _ILLEGGIBILE + "01/12/2026.",
    "data_inesistente": _GIORNO + "01/12/2026.",
    "fuori_limite": "Il numero nel campo «{label}» è fuori dai limiti. Correggilo.",
    "non_intero": "Nel campo «{label}» scrivi un numero intero.",
    "negativo": "Nel campo «{label}» l’importo non può essere sotto zero.",
    "troppo_grande": "L’importo nel campo «{label}» è troppo grande.",
}


def error(problem: Problem) -> str:
    """The sentence for a problem, in the language of the request. Raises KeyError for a code that no field can have."""
    own = ERRORS.get(problem.field, {}).get(problem.code, "")
    reason = REASONS.get(problem.field, {}).get(problem.reason, NIENTE if problem.reason == "niente" else "")
    if text := reason or own:
        return gettext(text).format(**dict(problem.words))
    return gettext(ANY_FIELD[problem.code]).format(label=gettext(_label(problem.field)))


def _label(name: str) -> str:
    fields = (TIPOLOGIA, *DICHIARAZIONI, *CONTATTI, *(f for group in GROUPS.values() for f in group.fields))
    return {f.name: f.label for f in fields}[name]
