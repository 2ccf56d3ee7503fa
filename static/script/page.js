// What the parts of the form page's script share: the page's elements, and what its form says.
//
// The script shortens the way and saves what is written; everything works without it. `make script` puts its parts
// into one function, in the order of tests/script.py, and makes that short. What it says stands in _("…"), and
// assets.py puts that into the language of the page: there is a file for each language.

const byId = (id) => document.getElementById(id);
const form = byId("modulo");
const statusLine = byId("stato"); // of the change of fields
const savedLine = byId("salvato");
const updateButton = byId("aggiorna").closest("p"); // shown when the fields do not change by themselves
const group = () => byId("gruppo");
const fields = () => new URLSearchParams(new FormData(form));

let sendings = 0; // how often this page has sent
let edits = 0; // how often something was written in it
let savedEdits = 0; // up to which of them the server has it

// What the form says now, marked as this page's next sending: if one of them gets lost the next is no other window's.
const nextSending = () => {
  const mark = form.elements.pagina;
  mark.value = mark.value.replace(/\d+$/, ++sendings);
  const sending = fields();
  sending.upTo = edits;
  return sending;
};
