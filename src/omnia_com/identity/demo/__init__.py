"""The demonstration provider: a small OpenID provider with invented people. It refuses to start in production."""
