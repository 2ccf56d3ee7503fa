"""Who is signed in: their ten facts, their sessions, who looked at their data, and all that is held on them."""
