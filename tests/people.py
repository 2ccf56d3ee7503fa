"""What people would type: whole, right answers for each tipologia, the same that the patterns show, to start from."""

from omnia_com.pages.patterns.invented import EMPLOYED, SELF_EMPLOYED

SUBORDINATO, AUTONOMO = EMPLOYED, SELF_EMPLOYED
BOTH_TICKS = {"dichiarazione_veridicita": "si", "dichiarazione_privacy": "si"}
