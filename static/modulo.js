// Shortens the way on the form page; everything works without it.
(() => {
  const stato = document.getElementById("stato");
  const detto = (testo) => { stato.textContent = testo; };
  const partito = () => document.getElementById("aggiorna")?.closest("p").setAttribute("hidden", "");
  document.addEventListener("htmx:after:init", partito, { once: true });
  document.addEventListener("htmx:load", partito, { once: true });
  const cambiato = () => detto(document.getElementById("gruppo").dataset.annuncio);
  document.addEventListener("htmx:after:swap", cambiato);
  document.addEventListener("htmx:afterSwap", cambiato);
  const caduta = () => detto("Connessione assente: niente è perso. Scegli di nuovo la tipologia, o premi «Salva».");
  document.addEventListener("htmx:error", caduta);
  document.addEventListener("htmx:sendError", caduta);
  document.getElementById("errori")?.focus();
})();
