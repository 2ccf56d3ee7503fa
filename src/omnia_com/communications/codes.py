"""The code on a receipt: with the protocol it shows that one has the receipt, and nothing can be made from it."""

import re
import secrets

SIGNS = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"  # Crockford's: none is taken for another, read aloud or by hand
LENGTH = 12  # 60 bits: at a thousand guesses a second for a hundred years, one in 365,000 of a hit
MISREAD = str.maketrans("OIL", "011")
PROTOCOL = re.compile(r"OMNIACOM\.\d{4}\.\d{7,9}", re.ASCII)


def new_code() -> str:
    return "".join(secrets.choice(SIGNS) for _ in range(LENGTH))


def shown(code: str) -> str:
    """In groups of four, as it is printed."""
    return "-".join(code[i : i + 4] for i in range(0, len(code), 4))


def read_code(typed: str) -> str:
    """The code as it is stored, however it was typed; '' for what is none."""
    code = re.sub(r"[\s\-–—.]", "", typed).upper().translate(MISREAD)
    return code if len(code) == LENGTH and set(code) <= set(SIGNS) else ""


def read_protocol(typed: str) -> str:
    """The protocol as it is stored, however it was typed; '' for what is none."""
    protocol = re.sub(r"\s", "", typed).upper()
    return protocol if PROTOCOL.fullmatch(protocol) else ""
