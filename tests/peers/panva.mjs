// panva's oidc-provider, set up as a SPID provider would be: a process of its own.
//
// Told on standard input, as JSON: package (the folder it lies in), port, people (like persone.json, by id), clients.
// Tells on standard output, in one line, that it listens; then it serves until it is ended.

import { generateKeyPairSync } from 'node:crypto';
import { createServer } from 'node:http';
import { text } from 'node:stream/consumers';

const told = JSON.parse(await text(process.stdin));
const { Provider } = await import(`${told.package}/lib/index.js`);

const EID = 'https://attributes.eid.gov.it/';
const LEVELS = [1, 2, 3].map((level) => `https://www.spid.gov.it/SpidL${level}`);

// What each scope opens, in the names of the SPID OpenID Connect attributes.
const CLAIMS = {
  openid: ['sub'],
  profile: ['given_name', 'family_name', 'birthdate', 'place_of_birth',
    `${EID}fiscal_number`, `${EID}landline_number`, `${EID}e_delivery_service`],
  email: ['email'],
  phone: ['phone_number'],
};

const facts = (person) => ({
  given_name: person.nome,
  family_name: person.cognome,
  birthdate: person.data_nascita,
  place_of_birth: { locality: person.luogo_nascita_codice, region: person.luogo_nascita_provincia },
  [`${EID}fiscal_number`]: `TINIT-${person.codice_fiscale}`,
  [`${EID}landline_number`]: person.telefono,
  [`${EID}e_delivery_service`]: person.pec,
  email: person.email,
  phone_number: person.cellulare,
});

const provider = new Provider(`http://127.0.0.1:${told.port}`, {
  acrValues: LEVELS,
  claims: CLAIMS,
  clientAuthMethods: ['private_key_jwt', 'client_secret_basic'],
  clients: told.clients,
  cookies: { keys: ['prova'] },
  features: {
    claimsParameter: { enabled: true },
    devInteractions: { enabled: false },
    introspection: { enabled: true },
    jwtUserinfo: { enabled: true },
    revocation: { enabled: true },
    rpInitiatedLogout: { enabled: true },
  },
  // Its own guard refuses addresses of this machine, and the service's keys are published at one.
  fetch: (url, { dispatcher, ...options }) => fetch(url, options),
  findAccount: (ctx, id) => told.people[id] && {
    accountId: id,
    claims: () => ({ sub: id, ...facts(told.people[id]) }),
  },
  interactions: { url: (ctx, { uid }) => `/persone/${uid}` },
  jwks: { keys: [{ ...generateKeyPairSync('rsa', { modulusLength: 2048 }).privateKey.export({ format: 'jwk' }), use: 'sig' }] },
  pkce: { required: () => true },
});

const PAGE = `<!doctype html><html lang="it"><title>Chi sei?</title><form method="post">
<input name="persona"><input name="livello"><button>Entra</button><button name="annulla" value="1">Annulla</button></form></html>`;

// The page where a person says who they are and at which level, or goes back.
async function interact(request, response) {
  const { params } = await provider.interactionDetails(request, response);
  if (request.method !== 'POST') {
    response.setHeader('content-type', 'text/html; charset=utf-8');
    response.end(PAGE);
    return;
  }
  const typed = new URLSearchParams(await text(request));
  const result = typed.has('annulla')
    ? { error: 'access_denied', error_description: 'Anna ha annullato' }
    : await signedIn(params, typed.get('persona'), LEVELS[typed.get('livello') - 1]);
  await provider.interactionFinished(request, response, result);
}

// Everything that the service asks for is consented to.
async function signedIn(params, accountId, acr) {
  const grant = new provider.Grant({ accountId, clientId: params.client_id });
  grant.addOIDCScope(params.scope);
  grant.addOIDCClaims(Object.keys(JSON.parse(params.claims).userinfo));
  return { login: { accountId, acr }, consent: { grantId: await grant.save() } };
}

const serve = provider.callback();
createServer((request, response) => {
  if (!request.url.startsWith('/persone/')) return serve(request, response);
  return interact(request, response).catch((error) => {
    console.error(error);
    response.writeHead(500).end(error.message);
  });
}).listen(told.port, '127.0.0.1', () => console.log('{"listens": true}'));
