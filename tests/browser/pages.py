"""The pages that the judges look at."""

from omnia_com.pages.patterns import PATTERNS

PATHS = [f"/modelli/{p.name}" for p in PATTERNS]


MAIN_STATES = (
    "inizio",
    "entra",
    "comunicazioni",
    "contatti-errori",
    "bozza-vuota",
    "bozza-subordinato-errori",
    "bozza-autonomo",
    "conflitto",
    "riepilogo-avvisi",
    "riepilogo-dichiarazioni",
    "comunicazione",
    "comunicazione-attesa",
    "annulla-errori",
    "conseguenze",
    "guasto-404",
)


MAIN = [f"/modelli/{name}" for name in MAIN_STATES]


REST = ["/modelli", "/modelli/come-provare", "/privacy", "/note-legali", "/accessibilita"]
