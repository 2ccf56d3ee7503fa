"""How often something may be done: by one address, or by one person."""

import time
from ipaddress import IPv6Address, ip_address, ip_network

MINUTE, HOUR = 60, 3600  # seconds


class Limit:
    """How many times each may do something in so many *seconds*, in this process; forgets all as their time ends."""

    def __init__(self, most: int, seconds: int = MINUTE) -> None:
        self._most, self._seconds, self._now, self._seen = most, seconds, 0, dict[str, int]()

    def exceeded(self, who: str) -> bool:
        """Counts once more."""
        now = int(time.monotonic() // self._seconds)
        if now != self._now:
            self._now, self._seen = now, {}
        self._seen[who] = self._seen.get(who, 0) + 1
        return self._seen[who] > self._most

    def just_exceeded(self, who: str) -> bool:
        """Whether it was the first time: what is told of it is told once."""
        return self._seen.get(who) == self._most + 1


def neighbourhood(address: str) -> str:
    """Whom a limit counts as one: an IPv4 address, or of IPv6 its /64, for who has one of those has them all."""
    try:
        ip = ip_address(address.partition("%")[0])
    except ValueError:
        return address[:45]
    ip = (isinstance(ip, IPv6Address) and ip.ipv4_mapped) or ip
    return str(ip) if ip.version == 4 else str(ip_network(f"{ip}/64", strict=False))
