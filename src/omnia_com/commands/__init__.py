"""What `omnia-com` can be told, one module a command: `arguments(parser)` says what it takes, `run(settings, given)`
does it and returns the exit code.
"""
