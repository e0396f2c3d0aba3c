// Passkeys: a button asks the server for a challenge, the browser for a passkey, and sends both with its form.

const CANCELLED = 'No se usó ninguna llave. Vuelva a pulsar el botón o ingrese de otra manera.';
const KNOWN = 'Este equipo ya tiene una llave suya.';
const FAILED = 'No se pudo hablar con el servidor. Vuelva a intentarlo.';

for (const form of document.querySelectorAll('form[data-passkey]')) {
  if (!window.PublicKeyCredential) continue;
  form.hidden = false;
  form.addEventListener('submit', (event) => {
    event.preventDefault();
    send(form).catch((error) => say(form, words(error)));
  });
}

async function send(form) {
  say(form, '');
  const answer = await fetch(form.dataset.options, { headers: { Accept: 'application/json' } });
  if (!answer.ok) throw new Error(FAILED);
  const { opciones, reto } = await answer.json();
  const credential =
    form.dataset.passkey === 'make'
      ? await navigator.credentials.create({ publicKey: toMake(opciones) })
      : await navigator.credentials.get({ publicKey: toShow(opciones) });
  form.elements.respuesta.value = JSON.stringify(asJson(credential));
  form.elements.reto.value = reto;
  form.submit();
}

function toMake(options) {
  const excluded = (options.excludeCredentials ?? []).map((one) => ({ ...one, id: bytes(one.id) }));
  const user = { ...options.user, id: bytes(options.user.id) };
  return { ...options, user, challenge: bytes(options.challenge), excludeCredentials: excluded };
}

function toShow(options) {
  return { ...options, challenge: bytes(options.challenge), allowCredentials: [] };
}

function asJson(credential) {
  const { id, rawId, type, response } = credential;
  const said = { clientDataJSON: text(response.clientDataJSON) };
  for (const name of ['attestationObject', 'authenticatorData', 'signature', 'userHandle']) {
    if (response[name]) said[name] = text(response[name]);
  }
  return { id, rawId: text(rawId), type, response: said, clientExtensionResults: {} };
}

function bytes(text) {
  return Uint8Array.from(atob(text.replaceAll('-', '+').replaceAll('_', '/')), (letter) => letter.charCodeAt(0));
}

function text(buffer) {
  const letters = Array.from(new Uint8Array(buffer), (byte) => String.fromCharCode(byte)).join('');
  return btoa(letters).replaceAll('+', '-').replaceAll('/', '_').replaceAll('=', '');
}

function words(error) {
  if (error.name === 'InvalidStateError') return KNOWN;
  return error.name === 'Error' ? error.message : error.name === 'TypeError' ? FAILED : CANCELLED;
}

function say(form, message) {
  const place = form.querySelector('[data-said]');
  place.textContent = message;
  place.hidden = !message;
}
