"""How the service is: what it needs, looked at from inside, and how that is told to whoever watches it."""
