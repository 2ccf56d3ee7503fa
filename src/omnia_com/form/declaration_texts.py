"""The two declarations beside "Invia", by version: a receipt prints those that its person ticked."""

CURRENT = "2026-11-23"

TEXTS: dict[str, dict[str, str]] = {
    "2026-11-23": {
        "dichiarazione_veridicita": "Dichiaro che i dati di questa comunicazione sono veri. "
        "So che chi dichiara il falso risponde penalmente e perde i benefici ottenuti "
        "(articoli 75 e 76 del D.P.R. 445/2000).",
        "dichiarazione_privacy": "Ho letto l’informativa sulla privacy: "
        "i miei dati servono solo a gestire questa comunicazione (articolo 13 del Regolamento UE 2016/679).",
    }
}
