"""How often an address may do something."""

import time


class Limit:
    """How many requests an address makes in a minute, in this process; forgets everything as a minute ends."""

    def __init__(self, most: int) -> None:
        self._most, self._minute, self._seen = most, 0, dict[str, int]()

    def exceeded(self, address: str) -> bool:
        minute = int(time.monotonic() // 60)
        if minute != self._minute:
            self._minute, self._seen = minute, {}
        self._seen[address] = self._seen.get(address, 0) + 1
        return self._seen[address] > self._most
