"""Who runs a command of the office, and of whom it is to speak."""

import os
import pwd
import sys

from omnia_com.italy import codice_fiscale
from omnia_com.settings import SettingsError


def asked_person() -> str:
    """From the standard input: among a command's arguments everybody on the machine could read it."""
    typed = sys.stdin.readline().strip().upper()
    if not codice_fiscale.is_valid(typed):
        raise SettingsError("Scrivi sullo standard input un codice fiscale")
    return typed


def who() -> str:
    """The operating system's name for whoever runs this; with sudo, for whoever asked too."""
    name = pwd.getpwuid(os.getuid()).pw_name
    return f"{name} (sudo: {os.environ['SUDO_USER']})" if os.getuid() == 0 and "SUDO_USER" in os.environ else name
