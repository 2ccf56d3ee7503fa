// Shortens the way on the form page, and saves what is written; everything works without it. The words that it says
// are put into the language of the page by assets.py: there is a file for each language. The pages have it as
// `make script` shortens it.
(() => {
  // The keys of htmx 4 and 2: nothing that the Content-Security-Policy would refuse, and what failed is not swapped in.
  Object.assign(htmx.config, {
    includeIndicatorCSS: false,
    includeIndicatorStyles: false,
    allowEval: false,
    noSwap: [204, 304, "5xx"],
  });
  const perId = (id) => document.getElementById(id);
  const modulo = perId("modulo");
  const stato = perId("stato");
  const salvato = perId("salvato");
  const aiuto = perId("aggiorna").closest("p");
  const gruppo = () => perId("gruppo");
  const su = (evento, fai) => document.addEventListener(evento, (e) => fai(e.detail, e));
  const campi = () => new URLSearchParams(new FormData(modulo));
  let volte = 0; // how often this page has sent
  let scritte = 0; // how often something was written in it
  let salve = 0; // up to which of them the server has it

  // What the form says now, marked as this page's next sending: if one of them gets lost the next is no other window's.
  const scritto = () => {
    const pagina = modulo.elements.pagina;
    pagina.value = pagina.value.replace(/\d+$/, ++volte);
    const testi = campi();
    testi.fino = scritte;
    return testi;
  };

  // Saving by itself, once nobody has written for a while: one at a time, the newest wins.
  const quiete = 2000; // ms
  const pazienza = 20000;
  let attesa; // the timer
  let volo; // what is under way
  let fermo = false; // the server has said in words why it does not go on
  let cambia = false; // the fields of another tipologia are on their way
  const resta = () => salve < scritte && !fermo;
  const poi = (ms = quiete) => {
    clearTimeout(attesa);
    if (resta()) attesa = setTimeout(() => (cambia ? poi() : salva()), ms);
  };
  const smetti = () => {
    clearTimeout(attesa);
    volo?.abort();
    volo = null;
  };
  const vai = () => salvato.focus();
  const dice = (html) => {
    if (salvato.contains(document.activeElement)) vai();
    salvato.innerHTML = html;
  };
  const avverte = (parole, poiSalva) => {
    dice(parole + " <button type=button class=btn>" + poiSalva);
    salvato.lastChild.onclick = () => salva();
    return false;
  };
  const nonSalvato = (parole) => avverte(parole, _("Riprova"));
  // Two minutes before the session ends (epoch seconds) the person is told; to save is to stay.
  let avviso;
  const finisce = (fine) => {
    clearTimeout(avviso);
    const parole = _("Fra due minuti la sessione finisce.");
    const ora = Date.now();
    if (fine * 1000 > ora) avviso = setTimeout(() => avverte(parole, _("Resta collegato")), (fine - 120) * 1000 - ora);
  };
  finisce(document.querySelector("[data-fine-sessione]").dataset.fineSessione);
  const salva = async (keepalive = false) => {
    smetti();
    const mio = (volo = new AbortController());
    setTimeout(() => mio.abort(), pazienza);
    const corpo = scritto();
    corpo.set("azione", "autosalva");
    let dopo = pazienza;
    try {
      const risposta = await fetch(modulo.action, {
        method: "POST",
        body: corpo,
        headers: { "HX-Request": "true" },
        signal: mio.signal,
        keepalive,
      });
      const testo = await risposta.text();
      if (volo !== mio) return false;
      if (risposta.headers.has("HX-Retarget") && risposta.status < 500) {
        dice(testo);
        fermo = risposta.status !== 429;
      } else if (testo && risposta.ok && risposta.headers.get("Content-Type").startsWith("text/plain")) {
        dice(testo);
        salve = corpo.fino;
        finisce(risposta.headers.get("Fine-Sessione"));
        dopo = quiete;
      } else return nonSalvato(_("Non salvato: il servizio non risponde."));
      return true;
    } catch {
      return volo === mio && nonSalvato(_("Non salvato: connessione assente."));
    } finally {
      if (volo === mio) {
        volo = null;
        poi(dopo);
      }
    }
  };
  modulo.oninput = () => {
    scritte++;
    poi();
  };
  addEventListener("online", () => poi(0));
  document.addEventListener("visibilitychange", () => {
    if (document.hidden && resta() && !cambia) salva(true);
  });

  // A button waits until all is saved: if the connection is lost, the browser's own page takes the place of this one.
  let preme = false;
  // Who signs out is held back, once, when that would lose what the server does not take.
  let trattenuto = false;
  const trattiene = (e) => e.target !== modulo && salve < scritte && !trattenuto && (trattenuto = true);
  document.addEventListener("submit", async (e) => {
    if (fermo && trattiene(e)) {
      e.preventDefault();
      vai();
      return;
    }
    if (preme === e.submitter || fermo || (!resta() && navigator.onLine)) {
      smetti();
      scritto();
      return;
    }
    e.preventDefault();
    if (preme) return;
    preme = e.submitter;
    if ((await salva()) && !trattiene(e)) e.target.requestSubmit(e.submitter);
    else vai();
    preme = false;
  });

  // The fields of the chosen tipologia take the place of the others.
  let inviato; // what was sent for them
  let durante = []; // what was written meanwhile
  const caduta = (parole) => {
    cambia = false;
    stato.textContent = parole;
    aiuto.hidden = false;
  };
  const parte = () => {
    smetti();
    cambia = true;
    return (inviato = scritto());
  };
  // Whether an answer is swapped in: our group, or words of ours for the status line; all else is a failure.
  const accetta = (status, testo, altrove) => {
    cambia = false;
    if (altrove && status < 500) aiuto.hidden = false;
    else if (status === 200 && testo.includes('id="gruppo"')) {
      durante = [...campi()].filter(([nome, valore]) => inviato.get(nome) !== valore);
      salve = inviato.fino;
    } else {
      caduta(_("Il servizio non risponde: niente è perso. Riprova fra poco con «Aggiorna i campi»."));
      return false;
    }
    return true;
  };
  // The long lists are in the page from the beginning: in a field of the first group, or in a comment (which not even
  // the oldest browser shows) that begins with the name of a field of another.
  const elenchi = {};
  for (const e of modulo.querySelectorAll("select")) elenchi[e.name] = e.innerHTML;
  const commenti = document.createTreeWalker(modulo, NodeFilter.SHOW_COMMENT);
  while (commenti.nextNode()) {
    const { data } = commenti.currentNode;
    const [nome] = data.split("\n", 1);
    elenchi[nome] = data.slice(nome.length);
  }
  const cambiato = () => {
    aiuto.hidden = true;
    for (const campo of gruppo().querySelectorAll("select")) {
      const scelto = campo.value;
      campo.innerHTML = elenchi[campo.name] ?? campo.innerHTML;
      campo.value = scelto;
    }
    for (const [nome, testo] of durante.splice(0)) {
      const campo = modulo.elements[nome];
      if (campo?.type === "checkbox") campo.checked = true;
      else if (campo) campo.value = testo;
    }
    stato.textContent = gruppo().dataset.annuncio;
    perId("errori")?.remove(); // it spoke of the other group
    perId("errore-tipologia_rioccupazione")?.replaceChildren();
    for (const scelta of modulo.elements.tipologia_rioccupazione) scelta.removeAttribute("aria-invalid");
    document.title = document.title.replace(_("Errore:"), "").trim();
    if (salvato.querySelector("button")) salva();
    else poi();
  };

  // htmx 4. A choice that waited for another is sent with what stands now: group, version, texts.
  su("htmx:before:request", ({ ctx }) => {
    ctx.request.body = parte();
    ctx.target = gruppo();
  });
  su("htmx:after:request", ({ ctx }, e) => {
    if (!accetta(ctx.response.status, ctx.text, ctx.hx.retarget)) e.preventDefault();
  });
  su("htmx:after:swap", ({ ctx }) => ctx.hx.retarget || cambiato());
  // htmx 2, the same moments.
  const altrove = (xhr) => xhr.getResponseHeader("HX-Retarget");
  su("htmx:configRequest", (d) => (d.parameters = Object.fromEntries(parte())));
  su("htmx:beforeSwap", (d) => {
    d.shouldSwap = accetta(d.xhr.status, d.serverResponse, altrove(d.xhr));
    d.isError = false;
  });
  su("htmx:afterSwap", (d) => altrove(d.xhr) || cambiato());
  // Both.
  su("htmx:error", () => caduta(_("Connessione assente: niente è perso. Riprova fra poco con «Aggiorna i campi».")));

  // htmx may have started before this script, and a choice may have been made before either.
  const partito = () => {
    aiuto.hidden = true;
    const scelta = modulo.querySelector("[name=tipologia_rioccupazione]:checked");
    if (scelta && scelta.value !== modulo.elements.gruppo_mostrato.value) {
      scelta.dispatchEvent(new Event("change", { bubbles: true }));
    }
  };
  if (document.querySelector("[data-htmx-powered]")) partito();
  else for (const inizio of ["htmx:after:init", "htmx:load"]) document.addEventListener(inizio, partito, { once: true });
})();
