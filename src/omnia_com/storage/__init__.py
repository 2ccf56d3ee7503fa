"""PostgreSQL. A row that the program knows is Piccolo's (`tables.py`): inserted whole, with `on_conflict` where it may
be there already, or read, counted, changed and deleted by what its columns equal; what the database works out is SQL's
(`database.fetch`): its clock, locks, RETURNING, arithmetic, comparisons, order, many values at once, joins, and
what the service may not give (`roles.py`): a row of which it names some columns alone.
"""
