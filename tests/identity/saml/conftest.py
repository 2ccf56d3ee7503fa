"""The three providers of the run, for every test of SAML."""

from tests.identity.saml.steps import providers

__all__ = ["providers"]
