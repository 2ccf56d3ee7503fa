"""What a page says on top of itself: once, what was just done; and to somebody who comes back from signing in
(`?ripresa=<code>`) what became of the form."""

DONE = {
    "salvata": "La bozza è salvata.",
    "eliminata": "La bozza è eliminata.",
    "contatti": "I contatti sono salvati.",
}

RESUMED = {
    "bozza": "La sessione era finita. Quello che avevi scritto è salvato in questa bozza. Non è stato inviato niente.",
    "file": "La sessione era finita. Quello che avevi scritto è salvato in questa bozza; il file no: "
    "sceglilo di nuovo.",
    "invio": "La sessione era finita: la comunicazione NON è stata inviata. Controlla e premi di nuovo Invia.",
    "contatti": "La sessione era finita. I contatti che avevi scritto sono salvati.",
    "correggi": "La sessione era finita. I contatti che avevi scritto non sono ancora salvati: correggili e salva.",
    "altri": "Quello che era stato scritto prima dell’accesso non è tuo, o non c’è più: è stato eliminato.",
}
