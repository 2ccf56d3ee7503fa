"""OpenID Federation as Italy has it: trust chains to a pinned anchor, and our own statement."""
