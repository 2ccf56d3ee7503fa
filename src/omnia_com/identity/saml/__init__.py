"""SPID and CIE by SAML 2: a service provider of our own, which takes nothing that the rules do not foresee.

Sources: SPID's technical rules and notices (AgID), "Entra con CIE" SAML manual (Ministero dell'Interno), SAML 2.0
core, bindings and metadata (OASIS), XML Signature (W3C).
"""
