// Saving the draft with the revision it started from; when somebody else saved meanwhile, both are shown.
export class Drafts {
  constructor(modeler, page, status) {
    Object.assign(this, { modeler, page, status });
    this.revision = Number(page.dataset.revision);
    this.dirty = false;
    modeler.on('commandStack.changed', () => { this.dirty = true; this.say('Hay cambios sin guardar'); });
    addEventListener('beforeunload', (event) => { if (this.dirty) event.preventDefault(); });
  }

  say(sentence) {
    this.status.textContent = sentence;
  }

  async save() {
    this.say('Guardando…');
    try {
      const { xml } = await this.modeler.saveXML({ format: true });
      const answer = await post(this.page, this.page.dataset.save, { xml, revision: this.revision });
      await this.understand(answer);
    } catch {
      this.say('No se pudo guardar: no hay conexión. Lo dibujado sigue aquí; intente de nuevo.');
    }
    return !this.dirty;
  }

  async understand(answer) {
    const said = await answer.json().catch(() => ({}));
    if (answer.status === 409) return this.conflict(said);
    if (!answer.ok) return this.say(said.mensaje ?? 'No se pudo guardar. Vuelva a entrar y a intentarlo.');
    this.revision = said.revision;
    this.dirty = false;
    return this.say(said.mensaje);
  }

  conflict({ mensaje, revision, diferencias }) {
    const dialog = document.getElementById('conflicto');
    dialog.querySelector('[data-message]').textContent = mensaje;
    dialog.querySelector('ul').replaceChildren(...diferencias.map((sentence) => {
      const item = document.createElement('li');
      item.textContent = sentence;
      return item;
    }));
    dialog.addEventListener('close', () => this.decide(dialog.returnValue, revision), { once: true });
    this.say('Sin guardar: otra persona guardó antes.');
    dialog.showModal();
  }

  decide(choice, revision) {
    if (choice === 'theirs') {
      this.dirty = false;
      location.reload();
    }
    if (choice === 'mine') {
      this.revision = revision;
      this.save();
    }
  }
}

export function post(page, url, body) {
  return fetch(url, {
    method: 'POST',
    credentials: 'same-origin',
    headers: { 'Content-Type': 'application/json', Accept: 'application/json', 'X-CSRFToken': page.dataset.csrf },
    body: JSON.stringify(body),
  });
}
