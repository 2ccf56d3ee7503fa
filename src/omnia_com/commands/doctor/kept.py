"""The part of `omnia-com doctor` that looks at what people gave and wait for: attachments, documents."""

import asyncpg

from omnia_com.communications.attachments.contents import Contents
from omnia_com.health import state
from omnia_com.health.around import Around
from omnia_com.settings import Settings
from omnia_com.storage.database import AWAY

from .findings import Finding

SECONDS = 5
LATE = 60  # seconds: a receipt takes one
STORE = "controlla OMNIA_ALLEGATI_URL, lo spazio e i permessi (per S3 anche le variabili AWS_…)"
CLAMD = "controlla OMNIA_CLAMD, e che clamd sia acceso: intanto gli allegati aspettano, e chi li manda può inviare"


async def kept(settings: Settings) -> list[Finding]:
    where = settings.allegati_url or f"{settings.data / 'allegati'}"
    try:
        around = Around(Contents(settings), settings.clamd)
    except OSError as e:
        return [Finding(False, f"deposito degli allegati {where}: {e.strerror}", "controlla OMNIA_ALLEGATI_URL")]
    await around.look()
    store = Finding(around.store, f"deposito degli allegati {where}", "" if around.store else STORE)
    antivirus = Finding(
        around.antivirus, f"antivirus {settings.clamd or '(nessuno)'}", "" if around.antivirus else CLAMD
    )
    return [store, antivirus, *await _documents(settings)]


async def _documents(settings: Settings) -> list[Finding]:
    """Nothing where the database says nothing: that is said already."""
    try:
        db = await asyncpg.connect(settings.database_url or "postgresql://", timeout=SECONDS)
    except (*AWAY, ValueError):
        return []
    try:
        seen = await state.look(db.fetch, queue=True, store=True, antivirus=True)
    finally:
        await db.close()
    if seen.migrazioni_da_fare != 0:
        return []
    text = f"documenti: {seen.documenti_in_attesa} in attesa, {seen.documenti_falliti} non riusciti"
    if seen.documenti_falliti:
        return [Finding(False, text, "guardali con omnia-com documenti, e rifalli con omnia-com documenti --riprova")]
    if seen.piu_vecchio_in_attesa > LATE:
        wait = f"{text}; il più vecchio aspetta da {seen.piu_vecchio_in_attesa:.0f} secondi"
        return [Finding(False, wait, f"controlla i worker: con un browser ne girano {seen.worker_con_browser}")]
    return [Finding(True, f"{text}; worker con un browser: {seen.worker_con_browser}")]
