// A button waits until all is saved: if the connection is lost, the browser's own page takes the place of this one.

let pressed = false; // the button that waits
let heldBack = false;

// Who signs out is held back, once, when that would lose what the server does not take.
const holdsBack = (e) => e.target !== form && savedEdits < edits && !heldBack && (heldBack = true);

document.addEventListener("submit", async (e) => {
  if (refused && holdsBack(e)) {
    e.preventDefault();
    showSavedLine();
    return;
  }
  if (pressed === e.submitter || refused || (!hasUnsaved() && navigator.onLine)) {
    cancelSave();
    nextSending();
    return;
  }
  e.preventDefault();
  if (pressed) return;
  pressed = e.submitter;
  if ((await save()) && !holdsBack(e)) e.target.requestSubmit(e.submitter);
  else showSavedLine();
  pressed = false;
});
