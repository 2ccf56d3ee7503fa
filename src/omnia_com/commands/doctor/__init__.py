"""`omnia-com doctor`: what is missing or wrong, and how to mend it."""
