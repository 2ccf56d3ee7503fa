"""The Content-Security-Policy: nothing that is not ours, and forms that lead where they must."""

from collections.abc import Iterable

NO_PAGE = "default-src 'none';frame-ancestors 'none'"  # for an answer that no browser draws


def policy(lead_to: Iterable[str] = (), *, style: str = "'none'", fonts: bool = False) -> str:
    """*lead_to*: other origins to which a form of the page is redirected; browsers check each hop of the way.
    *style*: where its stylesheet is (`assets.Style.source`)."""
    origins = "".join(f" {origin}" for origin in sorted({*lead_to} - {""}))
    ours = "font-src 'self';" if fonts else ""
    return (
        "default-src 'none';base-uri 'none';frame-ancestors 'none';"
        f"style-src {style};{ours}script-src 'self';connect-src 'self';"
        f"img-src data:;form-action 'self'{origins}"
    )
