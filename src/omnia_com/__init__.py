"""OMNIA IS – COM: the Comunicazione di Rioccupazione of INPS Messaggio 4672/2023, as a service."""

__version__ = "0.2.0"
