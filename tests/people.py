"""What people would type: whole, right answers for each tipologia, to start from."""

SUBORDINATO = {
    "tipologia_rioccupazione": "subordinato",
    "tipo_contratto": "determinato",
    "datore_lavoro": "Alfa Esempio S.r.l.",
    "datore_codice_fiscale": "99990011217",
    "data_inizio": "01/12/2026",
    "data_fine": "31/05/2027",
    "sede_stato": "IT",
    "sede_provincia": "TO",
    "sede_citta": "Torino",
    "sede_via": "Via Roma 1",
    "sede_cap": "10121",
    "reddito_presunto_annuale": "12.000",
    "lavoro_agricolo_intermittente": "no",
    "orario_settimanale": "20",
    "collocazione_oraria": "ore_diverse",
    "annotazioni": "Turno di sera.\nAnche il sabato.",
}
AUTONOMO = {
    "tipologia_rioccupazione": "autonomo",
    "data_inizio": "01/12/2026",
    "tipologia_autonomo": "professionista_gestione_separata",
    "partita_iva": "12345670017",
    "reddito_presunto_annuale": "4.800,00",
}
BOTH_TICKS = {"dichiarazione_veridicita": "si", "dichiarazione_privacy": "si"}
