"""What is true of Italy whoever asks: its places, its codice fiscale, the hour in Rome."""
