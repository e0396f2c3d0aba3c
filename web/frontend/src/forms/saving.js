// The draft is saved while one types, one save after the other; what could not be saved stays in this browser.

import { button } from './buttons.js';
import { fields, kept, keepCopy, forget, isTyped, when } from './copies.js';
import { clearLight, show } from './live.js';
import { released } from '../shared/presses.js';

const PAUSE = 900;
const AGAIN = 15000;
const PAUSE_OF_FIGURES = 300;

export function saveWhileTyping(form) {
  const user = form.dataset.user;
  const page = location.pathname;
  const status = form.querySelector('[data-saved]');
  let timer;
  let running = false;
  let again = false;
  let leaving = false;

  const later = (wait = PAUSE) => {
    clearTimeout(timer);
    timer = setTimeout(save, wait);
  };

  async function save() {
    clearTimeout(timer);
    if (leaving) return;
    if (running) {
      again = true;
      return;
    }
    running = true;
    again = false;
    status.textContent = 'Guardando…';
    try {
      const told = await send(form);
      await released();
      if (told.tarde) return tooLate(told.tarde);
      if (told.guardado) status.textContent = `Guardado a las ${told.guardado}`;
      if (!again) { // else something was typed since: what this would say is old
        show(form, told);
        forget(user, page);
      }
    } catch (failure) {
      await released();
      tell(failure);
    } finally {
      running = false;
      if (again) later(0);
    }
  }

  // Somebody looked at what was sent while its correction was being written: it is kept, and told where it was sent.
  function tooLate(sentence) {
    if (!again) forget(user, page);
    const link = document.createElement('a');
    link.href = page.replace(/corregir$/, 'enviada#sin-enviar');
    link.textContent = 'Ver qué hacer';
    status.replaceChildren(sentence, ' Lo que escribió quedó guardado. ', link);
  }

  function tell({ sentence, seen, status: code }) {
    status.replaceChildren(sentence ?? 'Sin conexión: lo escrito queda en este navegador y se guarda al volver.');
    if (seen) {
      status.append(' ', button('Guardar lo de aquí', () => {
        form.elements._visto.value = seen;
        save();
      }), ' ', button('Ver lo otro', () => {
        forget(user, page);
        leaving = true;
        location.reload();
      }));
    } else if (code === 401) {
      status.append(' ', signIn());
    } else if (!code || code >= 500) {
      later(AGAIN);
    }
  }

  const typed = ({ target }) => {
    keepCopy(user, page, form);
    if (running) again = true;
    const isFigure = target instanceof Element && target.matches('input.val');
    if (isFigure) clearLight(target);
    later(isFigure ? PAUSE_OF_FIGURES : PAUSE);
  };
  form.addEventListener('input', typed);
  form.addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key === 's') {
      event.preventDefault();
      save();
    }
  });
  window.addEventListener('online', () => kept(user, page) && save());
  window.addEventListener('focus', () => kept(user, page) && save());
  // Heard last, on its way out of the form: whoever holds it back there (a file that did not arrive) lets nobody leave.
  document.addEventListener('submit', (event) => {
    if (event.target !== form || event.defaultPrevented) return;
    clearTimeout(timer);
    leaving = true;
    window.addEventListener('pageshow', () => (leaving = false), { once: true });
  });
  offerCopy(form, user, page);
  return save;
}

async function send(form, { renewed = false } = {}) {
  const answer = await fetch(form.dataset.draft, { method: 'POST', body: body(fields(form)), headers: { Accept: 'application/json' } });
  const told = await answer.json().catch(() => ({}));
  if (answer.ok) {
    if (told.visto) form.elements._visto.value = told.visto;
    return told;
  }
  // After signing in again, in another window, this page carries the token of the session that ended.
  if (answer.status === 400 && !renewed && (await renewToken(form))) return send(form, { renewed: true });
  throw { status: answer.status, sentence: told.conflicto ?? told.mensaje ?? 'No se pudo guardar el borrador.', seen: told.conflicto && told.visto };
}

export async function renewToken(form) {
  const answer = await fetch(location.href, { headers: { Accept: 'text/html' } });
  if (!answer.ok || answer.redirected) return false;
  const fresh = new DOMParser().parseFromString(await answer.text(), 'text/html').querySelector('form[data-form] [name=csrf_token]');
  if (!fresh) return false;
  form.elements.csrf_token.value = fresh.value;
  return true;
}

function body(pairs) {
  const data = new FormData();
  for (const [name, value] of pairs) data.append(name, value);
  return data;
}

// What was typed here and never reached the server, offered when one comes back.
function offerCopy(form, user, page) {
  const copy = kept(user, page);
  if (!copy) return;
  if (JSON.stringify(copy.fields) === JSON.stringify(fields(form).filter(isTyped))) {
    forget(user, page);
    return;
  }
  const offer = document.createElement('p');
  offer.className = 'notice warning';
  offer.setAttribute('role', 'status');
  offer.append(`En este navegador quedó algo que usted escribió aquí (${when(copy)}) y que no alcanzó a guardarse. `);
  offer.append(button('Recuperarlo', async () => {
    const own = fields(form).filter((pair) => !isTyped(pair));
    const answer = await fetch(form.dataset.draft, { method: 'POST', body: body([...copy.fields, ...own]), headers: { Accept: 'application/json' } });
    if (answer.ok) {
      forget(user, page);
      location.reload();
    } else offer.append(' No se pudo: revise la conexión y repítalo.');
  }), ' ', button('Descartarlo', () => {
    forget(user, page);
    offer.remove();
  }));
  form.before(offer);
}

// A correction that stayed in this browser and that nobody can send any more: the server keeps it, for the page to tell.
export async function bringLate({ dataset }) {
  const [user, page] = dataset.late.split(' ');
  const copy = kept(user, page);
  const token = document.querySelector('[name=csrf_token]');
  if (!copy || !token) return;
  const pairs = [...copy.fields, ['csrf_token', token.value]];
  const answer = await fetch(page.replace(/corregir$/, 'borrador?correccion=1'), { method: 'POST', body: body(pairs), headers: { Accept: 'application/json' } });
  if (!answer.ok) return;
  forget(user, page);
  location.reload();
}

export function signIn() {
  const link = document.createElement('a');
  link.href = '/ingresar';
  link.target = '_blank';
  link.textContent = 'Ingresar otra vez (se abre aparte)';
  return link;
}
