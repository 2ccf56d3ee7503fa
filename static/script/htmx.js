// The swap as htmx calls it: the events of htmx 4, and those of htmx 2 at the same moments.

// The keys of both: nothing that the Content-Security-Policy would refuse, and what failed is not swapped in.
Object.assign(htmx.config, {
  includeIndicatorCSS: false,
  includeIndicatorStyles: false,
  allowEval: false,
  noSwap: [204, 304, "5xx"],
});
const on = (event, handle) => document.addEventListener(event, (e) => handle(e.detail, e));

// htmx 4. A choice that waited for another is sent with what stands now: group, version, texts.
on("htmx:before:request", ({ ctx }) => {
  ctx.request.body = beginSwap();
  ctx.target = group();
});
on("htmx:after:request", ({ ctx }, e) => {
  if (!acceptsSwap(ctx.response.status, ctx.text, ctx.hx.retarget)) e.preventDefault();
});
on("htmx:after:swap", ({ ctx }) => ctx.hx.retarget || finishSwap());

// htmx 2.
const retarget = (xhr) => xhr.getResponseHeader("HX-Retarget");
on("htmx:configRequest", (detail) => (detail.parameters = Object.fromEntries(beginSwap())));
on("htmx:beforeSwap", (detail) => {
  detail.shouldSwap = acceptsSwap(detail.xhr.status, detail.serverResponse, retarget(detail.xhr));
  detail.isError = false;
});
on("htmx:afterSwap", (detail) => retarget(detail.xhr) || finishSwap());

// Both.
on("htmx:error", () => swapFailed(_("Connessione assente: niente è perso. Riprova fra poco con «Aggiorna i campi».")));

// htmx may have started before this script, and a choice may have been made before either.
const start = () => {
  updateButton.hidden = true;
  const choice = form.querySelector("[name=tipologia_rioccupazione]:checked");
  if (choice && choice.value !== form.elements.gruppo_mostrato.value) {
    choice.dispatchEvent(new Event("change", { bubbles: true }));
  }
};
if (document.querySelector("[data-htmx-powered]")) start();
else for (const started of ["htmx:after:init", "htmx:load"]) document.addEventListener(started, start, { once: true });
