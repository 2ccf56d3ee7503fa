// Saving by itself, once nobody has written for a while: one request at a time, the newest wins.

const QUIET = 2000; // ms
const PATIENCE = 20000;
let timer;
let request; // the AbortController of the one under way
let refused = 0; // the status with which the server has said in words why it does not go on
let swapInFlight = false; // the fields of another tipologia are on their way

const hasUnsaved = () => savedEdits < edits && !refused;

const scheduleSave = (ms = QUIET) => {
  clearTimeout(timer);
  if (hasUnsaved()) timer = setTimeout(() => (swapInFlight ? scheduleSave() : save()), ms);
};

const cancelSave = () => {
  clearTimeout(timer);
  request?.abort();
  request = null;
};

const save = async (keepalive = false) => {
  cancelSave();
  const mine = (request = new AbortController());
  setTimeout(() => mine.abort(), PATIENCE);
  const sending = nextSending();
  sending.set("azione", "autosalva");
  let next = PATIENCE;
  try {
    const answer = await fetch(form.action, {
      method: "POST",
      body: sending,
      headers: { "HX-Request": "true" },
      signal: mine.signal,
      keepalive,
    });
    const text = await answer.text();
    if (request !== mine) return false;
    if (answer.headers.has("HX-Retarget") && answer.status < 500) {
      tell(text);
      refused = answer.status !== 429 && answer.status;
    } else if (text && answer.ok && answer.headers.get("Content-Type").startsWith("text/plain")) {
      tell(text);
      savedEdits = sending.upTo;
      warnBeforeEnd(answer.headers.get("Fine-Sessione"));
      next = QUIET;
    } else return warnNotSaved(_("Non salvato: il servizio non risponde."));
    return true;
  } catch {
    return request === mine && warnNotSaved(_("Non salvato: connessione assente."));
  } finally {
    if (request === mine) {
      request = null;
      scheduleSave(next);
    }
  }
};

form.oninput = () => {
  edits++;
  if (refused === 413) refused = 0; // it was too long
  scheduleSave();
};
addEventListener("online", () => scheduleSave(0));
document.addEventListener("visibilitychange", () => {
  if (document.hidden && hasUnsaved() && !swapInFlight) save(true);
});

// What is said about it.

const showSavedLine = () => savedLine.focus();

const tell = (html) => {
  if (savedLine.contains(document.activeElement)) showSavedLine();
  savedLine.innerHTML = html;
};

const warn = (words, thenSave) => {
  tell(words + " <button type=button class=btn>" + thenSave);
  savedLine.lastChild.onclick = () => save();
  return false;
};

const warnNotSaved = (words) => warn(words, _("Riprova"));

// Two minutes before the session ends (epoch seconds) the person is told; to save is to stay.
let endTimer;
const warnBeforeEnd = (end) => {
  clearTimeout(endTimer);
  const left = end * 1000 - Date.now();
  const words = _("Fra due minuti la sessione finisce.");
  if (left > 0) endTimer = setTimeout(() => warn(words, _("Resta collegato")), left - 120_000);
};
warnBeforeEnd(document.querySelector("[data-fine-sessione]").dataset.fineSessione);
