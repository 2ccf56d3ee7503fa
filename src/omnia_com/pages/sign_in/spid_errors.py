"""What a person is told when SPID or CIE refuses them: reason -> words, after AgID's table of error messages.

Each says what happened and what to do. `spid_<n>`: ErrorCode nr<n>.
"""

SPID_ERRORS = {
    "spid_19": "Hai sbagliato le credenziali troppe volte. Controlla nome utente e password sul sito del tuo "
    "fornitore di identità, poi entra di nuovo.",
    "spid_20": "La tua identità non ha il livello che serve qui: il 2. Chiedi al tuo fornitore di identità come "
    "attivarlo, oppure entra con CIE o CNS.",
    "spid_21": "Sul sito del fornitore di identità è passato troppo tempo. Entra di nuovo: hai qualche minuto per "
    "finire.",
    "spid_22": "Non hai dato il consenso a mandarci i tuoi dati. Senza non possiamo sapere chi sei. Se cambi idea, "
    "entra di nuovo.",
    "spid_23": "La tua identità è sospesa, revocata o bloccata. Rivolgiti al tuo fornitore di identità, oppure entra "
    "con un’altra.",
    "spid_25": "Hai annullato l’accesso sul sito del fornitore di identità. Se vuoi, puoi entrare di nuovo.",
    "spid_30": "Hai usato un’identità di un altro tipo, per esempio quella per uso professionale. Qui serve la tua "
    "identità personale: entra di nuovo con quella.",
    "richiesta_rifiutata": "Il fornitore di identità non ha accettato la nostra richiesta. È colpa nostra, non tua. "
    "Riprova più tardi, oppure usa un’altra identità.",
    "risposta_non_valida": "La risposta del fornitore di identità non è regolare. Per sicurezza non l’abbiamo "
    "accettata. Entra di nuovo. Se succede ancora, usa un’altra identità.",
    "fornitore_sconosciuto": "Questo fornitore di identità non è fra quelli con cui si entra. Torna all’inizio e "
    "scegline uno dall’elenco.",
}
