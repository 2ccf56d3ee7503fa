"""One module for each thing a person sees. Handlers read what came, call a verb of another room, draw the answer."""
