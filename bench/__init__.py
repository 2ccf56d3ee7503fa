"""What the README promises, measured on the real service: `make bench`."""
