// Saving by itself, once nobody has written for a while: one request at a time, the newest wins.

const QUIET = 2000; // ms
const PATIENCE = 20000;
const MOST_ALIVE = 60000; // bytes: of more than 64 KiB no browser makes a request that outlives its page
let timer;
let request; // the AbortController of the one under way
let refused = 0; // the status with which the server has said in words why it does not go on
let swapInFlight = false; // the fields of another tipologia are on their way
let farewell = 0; // up to which edit a request that outlives the page is under way

const hasUnsaved = () => savedEdits < edits && !refused;

const scheduleSave = (ms = QUIET) => {
  clearTimeout(timer);
  if (hasUnsaved()) timer = setTimeout(() => (swapInFlight ? scheduleSave() : save()), ms);
};

const cancelSave = () => {
  clearTimeout(timer);
  request?.abort();
  request = null;
  farewell = 0;
};

// As a string it is all ASCII: its length is its bytes.
const outlives = (sending) => String(sending).length <= MOST_ALIVE;

const save = async (leaving = false) => {
  cancelSave();
  const mine = (request = new AbortController());
  setTimeout(() => mine.abort(), PATIENCE);
  const sending = nextSending();
  sending.set("azione", "autosalva");
  const keepalive = leaving && outlives(sending);
  if (keepalive) farewell = sending.upTo;
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
      tell(text, true);
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
      farewell = 0;
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

// The last moment at which a page can save, for it may be closed next; some browsers tell only one of the two.
const saveAndLeave = () => hasUnsaved() && !swapInFlight && farewell < edits && save(true);
document.addEventListener("visibilitychange", () => document.hidden && saveAndLeave());
addEventListener("pagehide", saveAndLeave);

// What is too much for that would be lost: the browser asks whether to stay, and who stays finds it saved.
addEventListener("beforeunload", (e) => {
  if (!hasUnsaved() || outlives(fields())) return;
  e.returnValue = true;
  if (!request && !swapInFlight) save();
});

// What is said about it.

const showSavedLine = () => savedLine.focus();

// What says the same is not said again. `important`: it stays in view, wherever the page stands.
const tell = (html, important) => {
  savedLine.classList.toggle("in-vista", !!important);
  if (savedLine.innerHTML === html) return;
  if (savedLine.contains(document.activeElement)) showSavedLine();
  savedLine.innerHTML = html;
};

const warn = (words, thenSave) => {
  tell(`${words} <button type="button" class="btn">${thenSave}</button>`, true);
  savedLine.lastChild.onclick = () => save();
  return false;
};

const warnNotSaved = (words) => warn(words, _("Riprova"));

// Two minutes before the session ends the person is told; to save is to stay. What is left (seconds) and the hour are
// told to this page: the phone's clock may say anything.
const WARNING = 120;
const sessionLine = document.querySelector("[data-fine-sessione]");
let endTimer;
const warnBeforeEnd = (told) => {
  const [left, hour] = told.split("; ");
  if (hour) sessionLine.querySelector("time").textContent = hour;
  clearTimeout(endTimer);
  const words = _("Fra due minuti la sessione finisce.");
  endTimer = setTimeout(() => warn(words, _("Resta collegato")), Math.max(left - WARNING, 0) * 1000);
};
warnBeforeEnd(sessionLine.dataset.fineSessione);
