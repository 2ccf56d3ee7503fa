// The fields of the chosen tipologia take the place of the others.

let sentForSwap;
let typedMeanwhile = []; // [name, value]

const swapFailed = (words) => {
  swapInFlight = false;
  statusLine.textContent = words;
  updateButton.hidden = false;
};

const beginSwap = () => {
  cancelSave();
  swapInFlight = true;
  return (sentForSwap = nextSending());
};

// Whether an answer is swapped in: our group, or words of ours for the status line; all else is a failure.
const acceptsSwap = (status, text, elsewhere) => {
  swapInFlight = false;
  if (elsewhere && status < 500) updateButton.hidden = false;
  else if (status === 200 && text.includes('id="gruppo"')) {
    typedMeanwhile = [...fields()].filter(([name, value]) => sentForSwap.get(name) !== value);
    savedEdits = sentForSwap.upTo;
  } else {
    swapFailed(_("Il servizio non risponde: niente è perso. Riprova fra poco con «Aggiorna i campi»."));
    return false;
  }
  return true;
};

// The long lists are in the page from the beginning: in a field of the first group, or in a comment (which not even
// the oldest browser shows) that begins with the name of a field of another.
const lists = {};
for (const select of form.querySelectorAll("select")) lists[select.name] = select.innerHTML;
const comments = document.createTreeWalker(form, NodeFilter.SHOW_COMMENT);
while (comments.nextNode()) {
  const { data } = comments.currentNode;
  const [name] = data.split("\n", 1);
  lists[name] = data.slice(name.length);
}

const finishSwap = () => {
  updateButton.hidden = true;
  for (const select of group().querySelectorAll("select")) {
    const chosen = select.value;
    select.innerHTML = lists[select.name] ?? select.innerHTML;
    select.value = chosen;
  }
  for (const [name, text] of typedMeanwhile.splice(0)) {
    const control = form.elements[name];
    if (control?.type === "checkbox") control.checked = true;
    else if (control) control.value = text;
  }
  statusLine.textContent = group().dataset.annuncio;
  byId("errori")?.remove(); // it spoke of the other group
  byId("errore-tipologia_rioccupazione")?.replaceChildren();
  for (const radio of form.elements.tipologia_rioccupazione) radio.removeAttribute("aria-invalid");
  document.title = document.title.replace(_("Errore:"), "").trim();
  if (savedLine.querySelector("button")) save();
  else scheduleSave();
};
