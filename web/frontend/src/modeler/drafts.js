// The draft is saved while one draws, with the revision it started from; each change stands in this browser at once, so
// that neither a lost session nor a closed tab loses anything. When somebody else saved meanwhile, both are shown.
import { button } from '../forms/buttons.js';
import { forget, keep, kept, when } from '../forms/copies.js';
import { signIn } from '../forms/saving.js';

const COPY = 300;
const SAVE = 4000;
const AGAIN = 15000;

export class Drafts {
  constructor(modeler, page, status) {
    Object.assign(this, { modeler, page, status });
    this.open = (xml) => modeler.importXML(xml);
    this.revision = Number(page.dataset.revision);
    this.dirty = false;
    this.safe = false;
    this.changes = 0;
    this.copied = 0;
    modeler.on('commandStack.changed', () => this.changed());
    addEventListener('beforeunload', (event) => { if (this.dirty && !this.safe) event.preventDefault(); });
    for (const moment of ['online', 'focus']) addEventListener(moment, () => this.dirty && this.waiting && this.soon(0));
  }

  say(sentence, ...more) {
    this.status.replaceChildren(sentence, ...more.flatMap((one) => [' ', one]));
  }

  changed() {
    this.changes += 1;
    this.dirty = true;
    this.safe = false;
    this.say('Hay cambios sin guardar');
    clearTimeout(this.copying);
    this.copying = setTimeout(() => this.copy(), COPY);
    this.soon(SAVE);
  }

  soon(wait) {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.save({ alone: true }), wait);
  }

  async copy() {
    const turn = this.changes;
    const { xml } = await this.modeler.saveXML({ format: true });
    if (turn !== this.changes || !this.dirty) return;
    this.safe = keep(this.page.dataset.user, location.pathname, { xml, revision: this.revision });
    if (!this.safe) this.say('Hay cambios sin guardar, y este navegador no guarda copia');
  }

  // `alone`: nobody pressed the button, so nothing opens over the drawing.
  async save({ alone = false } = {}) {
    clearTimeout(this.timer);
    if (this.running) {
      this.soon(COPY);
      return this.running.then(() => !this.dirty);
    }
    this.waiting = false;
    this.say('Guardando…');
    const turn = this.changes;
    this.running = this.send(turn, alone).finally(() => { this.running = null; });
    await this.running;
    return !this.dirty;
  }

  async send(turn, alone) {
    try {
      const { xml } = await this.modeler.saveXML({ format: true });
      let answer = await post(this.page, this.page.dataset.save, { xml, revision: this.revision });
      // After signing in again in another window this page carries the token of the session that ended.
      if (answer.status === 400 && (await renew(this.page))) answer = await post(this.page, this.page.dataset.save, { xml, revision: this.revision });
      await this.understand(answer, turn, alone);
    } catch {
      this.later('Sin conexión: lo dibujado queda en este navegador y se guarda al volver.');
    }
  }

  async understand(answer, turn, alone) {
    const said = await answer.json().catch(() => ({}));
    if (answer.status === 409 && said.juntable && !said.choques.length) return this.join(said, []);
    if (answer.status === 409) return alone ? this.tellConflict(said) : this.conflict(said);
    if (answer.status === 401) return this.later('La sesión terminó: lo dibujado queda en este navegador.', signIn());
    if (!answer.ok) return this.later(said.mensaje ?? 'No se pudo guardar. Lo dibujado queda en este navegador.');
    this.revision = said.revision;
    if (turn === this.changes) {
      this.dirty = false;
      forget(this.page.dataset.user, location.pathname);
    }
    return this.say(said.mensaje);
  }

  later(sentence, ...more) {
    this.waiting = true;
    this.say(sentence, ...more);
    this.soon(AGAIN);
  }

  // What two drew at once and does not collide goes together by itself.
  async join({ revision }, chosen) {
    const turn = this.changes;
    const { xml } = await this.modeler.saveXML({ format: true });
    const answer = await post(this.page, this.page.dataset.join, { xml, revision: this.revision, suya: revision, elegidos: chosen.join(',') });
    const said = await answer.json().catch(() => ({}));
    if (answer.status === 409) return this.tellConflict(said);
    if (!answer.ok) return this.later(said.mensaje ?? 'No se pudo juntar. Lo dibujado queda en este navegador.');
    if (turn !== this.changes) return this.soon(COPY);
    this.revision = said.revision;
    await this.open(said.xml);
    for (const timer of [this.timer, this.copying]) clearTimeout(timer);
    this.dirty = false;
    forget(this.page.dataset.user, location.pathname);
    return this.say(said.mensaje);
  }

  tellConflict(said) {
    this.say('Sin guardar: otra persona guardó antes.', button('Ver en qué difieren', () => this.conflict(said)));
  }

  conflict(said) {
    const { mensaje, revision, diferencias, juntable, choques } = said;
    const dialog = document.getElementById('conflicto');
    dialog.querySelector('[data-message]').textContent = mensaje;
    dialog.querySelector('ul').replaceChildren(...diferencias.map((sentence) => {
      const item = document.createElement('li');
      item.textContent = sentence;
      return item;
    }));
    dialog.querySelector('[data-join-button]').hidden = !juntable;
    dialog.querySelector('[data-collisions]').replaceChildren(...(juntable ? choques : []).map(collision));
    dialog.addEventListener('close', () => this.decide(dialog.returnValue, revision, said), { once: true });
    this.tellConflict(said);
    dialog.showModal();
  }

  decide(choice, revision, said) {
    if (choice === 'join') {
      const chosen = [...document.querySelectorAll('#conflicto [data-collisions] input[value=suyo]:checked')].map((one) => one.dataset.element);
      this.join(said, chosen);
    }
    if (choice === 'theirs') {
      this.dirty = false;
      forget(this.page.dataset.user, location.pathname);
      location.reload();
    }
    if (choice === 'mine') {
      this.revision = revision;
      this.save();
    }
  }

  // What was drawn here and never reached the server, offered when one comes back.
  offer(current, open) {
    const copy = kept(this.page.dataset.user, location.pathname);
    if (!copy?.xml || copy.xml === current) return forget(this.page.dataset.user, location.pathname);
    const offer = document.createElement('p');
    offer.className = 'notice warning';
    offer.setAttribute('role', 'status');
    offer.append(`En este navegador quedó lo que usted dibujó (${when(copy)}) y no alcanzó a guardarse. `, button('Recuperarlo', async () => {
      offer.remove();
      await open(copy.xml);
      this.revision = copy.revision;
      this.changed();
      await this.save();
    }), ' ', button('Descartarlo', () => {
      forget(this.page.dataset.user, location.pathname);
      offer.remove();
    }));
    return this.page.before(offer);
  }
}

// One element that both changed: mine or theirs, each as it says.
function collision({ id, nombre, mio, suyo }, place) {
  const group = document.createElement('fieldset');
  const legend = document.createElement('legend');
  legend.textContent = nombre;
  group.append(legend);
  for (const [value, word, sentence] of [['mio', 'Lo mío', mio], ['suyo', 'Lo de la otra persona', suyo]]) {
    const label = document.createElement('label');
    const choice = document.createElement('input');
    Object.assign(choice, { type: 'radio', name: `choque-${place}`, value, checked: value === 'mio' });
    choice.dataset.element = id;
    label.append(choice, ` ${word}: ${sentence}`);
    group.append(label, document.createElement('br'));
  }
  return group;
}

async function renew(page) {
  const answer = await fetch(page.dataset.token, { credentials: 'same-origin', headers: { Accept: 'application/json' } }).catch(() => null);
  const said = answer?.ok ? await answer.json().catch(() => null) : null;
  const fresh = said && Object.values(said)[0];
  if (!fresh) return false;
  page.dataset.csrf = fresh;
  return true;
}

export function post(page, url, body) {
  return fetch(url, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': page.dataset.csrf },
    body: JSON.stringify(body),
  });
}
