// Shortens the way on the form page; everything works without it. The words that it says are put into the language
// of the page by assets.py: there is a file for each language.
(() => {
  const modulo = document.getElementById("modulo");
  const stato = document.getElementById("stato");
  const aiuto = document.getElementById("aggiorna").closest("p");
  const gruppo = () => document.getElementById("gruppo");
  const scritto = () => new URLSearchParams(new FormData(modulo));
  const su = (evento, fai) => document.addEventListener(evento, (e) => fai(e.detail.ctx, e));
  const caduta = (parole) => {
    stato.textContent = parole;
    aiuto.hidden = false;
  };
  let durante = []; // what was written while the answer was on its way

  // htmx may have started before this script, and a choice may have been made before either.
  const partito = () => {
    aiuto.hidden = true;
    const scelta = modulo.querySelector("[name=tipologia_rioccupazione]:checked");
    if (scelta && scelta.value !== modulo.elements.gruppo_mostrato.value) {
      scelta.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };

  // A choice that waited for another is sent with what stands now: version, group, texts.
  su("htmx:before:request", (ctx) => {
    ctx.request.body = scritto();
    ctx.target = gruppo();
  });
  // Only our group may take the group's place; words of ours go where the server says; all else is a failure.
  su("htmx:after:request", (ctx, e) => {
    if (ctx.hx.retarget && ctx.response.status < 500) {
      ctx.hx.reswap = "innerHTML";
      aiuto.hidden = false;
    } else if (ctx.response.status !== 200 || !ctx.text.includes('id="gruppo"')) {
      e.preventDefault();
      caduta(_("Il servizio non risponde: niente è perso. Riprova fra poco con «Aggiorna i campi»."));
    } else {
      durante = [...scritto()].filter(([nome, testo]) => ctx.request.body.get(nome) !== testo);
    }
  });
  su("htmx:after:swap", (ctx) => {
    if (ctx.hx.retarget) return;
    aiuto.hidden = true;
    for (const [nome, testo] of durante.splice(0)) {
      const campo = modulo.elements[nome];
      if (campo?.type === "checkbox") campo.checked = true;
      else if (campo) campo.value = testo;
    }
    stato.textContent = gruppo().dataset.annuncio;
    document.getElementById("errori")?.remove(); // it spoke of the other group
    document.title = document.title.replace(_("Errore:"), "").trim();
  });
  su("htmx:error", () => caduta(_("Connessione assente: niente è perso. Riprova fra poco con «Aggiorna i campi».")));

  // Without a connection the browser's own error page would take the place of all that was written.
  modulo.addEventListener("submit", (e) => {
    if (navigator.onLine) return;
    e.preventDefault();
    stato.textContent = _("Connessione assente: niente è perso. Riprova quando torna, senza chiudere questa pagina.");
    stato.tabIndex = -1;
    stato.focus();
  });
  if (document.querySelector("[data-htmx-powered]")) partito();
  else document.addEventListener("htmx:after:init", partito, { once: true });
})();
