// Who comes by the QR of a receipt has protocol and code after the #, where no server sees them: into the form.

(() => {
  const [protocol, code] = decodeURIComponent(location.hash.slice(1)).split("/");
  const form = document.getElementById("verifica");
  if (!code || !form) return;
  form.elements.protocollo.value = protocol;
  form.elements.codice.value = code;
  history.replaceState(null, "", location.pathname);
  form.querySelector("button").focus();
})();
