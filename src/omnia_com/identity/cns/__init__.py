"""CNS: the certificate of a card, as the proxy that asked for it hands it on."""
