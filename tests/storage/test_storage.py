"""The rule of `storage/__init__`: what Piccolo says and what SQL says, read in the program's own source."""

import ast
import re
from collections.abc import Iterator
from pathlib import Path

import omnia_com

SOURCE = Path(omnia_com.__file__).parent
FILES = [path for path in sorted(SOURCE.rglob("*.py")) if path.parent.name not in ("storage", "migrations")]
WORKED_OUT = re.compile(
    r"now\(\)|FOR (NO KEY )?UPDATE|RETURNING|versione \+ 1|chieste \+|<>|IS NULL|EXISTS|ORDER BY|= ANY|unnest|JOIN|"
    r"count\(\*\)|min\(|advisory|dimentica_|LIMIT|INSERT INTO (contenuto|documento) \("  # it may not give all columns
)
BY_PICCOLO = re.compile(r"\.(raw|order_by|limit|offset|lock_rows|returning|group_by|is_in)\(")


def queries(tree: ast.Module) -> Iterator[tuple[int, str]]:
    """(line, text) of each query: of what `fetch` is given first, and of the names that stand in it."""
    named = dict(names(tree))
    for node in ast.walk(tree):
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Name) and node.func.id == "fetch":
            text = ast.unparse(node.args[0])
            for _ in range(2):
                text = " ".join([text, *(named.get(name, "") for name in re.findall(r"\w+", text))])
            yield node.lineno, text


def names(tree: ast.Module) -> Iterator[tuple[str, str]]:
    """(name, text) of what is given a name: by `=`, or one after the other by `for`."""
    for node in ast.walk(tree):
        if isinstance(node, ast.Assign):
            targets, given = node.targets, node.value
        elif isinstance(node, ast.comprehension):
            targets, given = [node.target], node.iter
        else:
            continue
        for name in (n for target in targets for n in ast.walk(target) if isinstance(n, ast.Name)):
            yield name.id, ast.unparse(given)


def test_sql_says_only_what_the_database_works_out() -> None:
    found = [(file.name, *query) for file in FILES for query in queries(ast.parse(file.read_text()))]
    assert len(found) > 30
    plain = [query for query in found if not WORKED_OUT.search(query[2])]
    assert not plain, "a row that the program knows: Piccolo's tables say it"


def test_piccolo_says_only_what_the_program_knows() -> None:
    texts = {file.name: text for file in FILES if "storage.tables" in (text := file.read_text())}
    assert len(texts) > 5
    worked_out = {name: found for name, text in texts.items() if (found := BY_PICCOLO.findall(text))}
    assert not worked_out, "what the database works out is SQL's"
