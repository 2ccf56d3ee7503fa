"""What every sign-in writes into the register of exchanges: those who enter always, refusals while they are few.

Anybody can be refused as often as he likes, and what is kept stays for 24 months. Past the limits a refusal is only
counted, and the log raises an alarm; who is refused reads the same words, and who enters is registered as ever.
"""

import structlog

from omnia_com.identity.exchanges import Exchange, keep
from omnia_com.people import access_log

from ..http.asked import Asked
from ..http.limits import neighbourhood

log = structlog.get_logger()
EVERYBODY = "tutti"


async def register(request: Asked, exchange: Exchange) -> None:
    """Raises `AccessRefused` when what must be kept cannot be."""
    if not exchange.refused or _among_few(request):
        await keep(exchange, request.services.settings)


def _among_few(request: Asked) -> bool:
    """Whether it is not one too many of its address, nor of all: one address does not use up what there is for all."""
    of_one, of_all = request.services.refusals
    for limit, who in ((of_one, neighbourhood(request.address)), (of_all, EVERYBODY)):
        if limit.exceeded(who):
            if limit.just_exceeded(who):
                log.error("troppi_accessi_rifiutati", di=access_log.FROM.get() if limit is of_one else EVERYBODY)
            return False
    return True
