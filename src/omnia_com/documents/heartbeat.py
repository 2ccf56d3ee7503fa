"""Whether a worker lives, and whether it has a browser to print with."""

from omnia_com.storage.database import fetch


async def beat(browser: str) -> None:
    """The worker's heartbeat: it is alive, and has *browser* ('' for none)."""
    await fetch(
        "INSERT INTO battito (nome, visto, browser) VALUES ('worker', now(), $1) "
        "ON CONFLICT (nome) DO UPDATE SET visto = now(), browser = excluded.browser",
        browser,
    )


async def worker_has_browser() -> bool:
    """Whether a worker with a browser was alive within the last fifteen seconds."""
    rows = await fetch("SELECT browser FROM battito WHERE visto > now() - interval '15 seconds'")
    return any(row["browser"] for row in rows)
