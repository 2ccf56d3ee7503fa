"""Cookies of ours: for the server alone, for this host alone."""

from litestar.datastructures import Cookie

from omnia_com.settings import Settings

YEAR = 365 * 24 * 60 * 60  # seconds


def cookie_name(settings: Settings, name: str) -> str:
    """`__Host-` binds a cookie to this very host; browsers refuse the prefix on plain http."""
    return f"__Host-{name}" if settings.secure else name


def cookie(settings: Settings, name: str, value: str, max_age: int | None = None) -> Cookie:
    """*max_age* in seconds; None: until the browser is closed; 0: gone."""
    return Cookie(
        key=cookie_name(settings, name),
        value=value,
        path="/",
        httponly=True,
        samesite="lax",
        secure=settings.secure,
        max_age=max_age,
    )
