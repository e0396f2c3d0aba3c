// What the server's linter says about the drawing: a list to walk through, and a badge at each element.
const WORDS = { error: 'Error', warning: 'Aviso' };
const SIGNS = { error: '✕', warning: '!' };
const PAUSE = 700;

export class Findings {
  constructor(modeler, list, summary, ask) {
    Object.assign(this, { modeler, list, summary, ask });
    this.asked = 0;
    modeler.on('commandStack.changed', () => this.soon());
  }

  soon() {
    clearTimeout(this.timer);
    this.timer = setTimeout(() => this.look(), PAUSE);
  }

  async look() {
    const turn = ++this.asked;
    const { xml } = await this.modeler.saveXML();
    const findings = await this.ask(xml);
    // A slower answer to an older drawing must not replace the newer one.
    if (turn === this.asked) this.show(findings);
  }

  show(findings) {
    const errors = findings.filter(({ severity }) => severity === 'error').length;
    const warnings = findings.length - errors;
    this.summary.textContent = findings.length
      ? `${errors} ${errors === 1 ? 'error' : 'errores'} y ${warnings} ${warnings === 1 ? 'aviso' : 'avisos'}`
      : 'Sin hallazgos: el diagrama se puede publicar.';
    this.list.replaceChildren(...findings.map((finding) => this.item(finding)));
    this.mark(findings);
  }

  item({ severity, element, name, message, fix }) {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.className = `finding ${severity}`;
    button.textContent = `${SIGNS[severity]} ${WORDS[severity]}${name ? ` en «${name}»` : ''}: ${message}`;
    button.addEventListener('click', () => this.go(element));
    item.append(button);
    if (fix) {
      const hint = document.createElement('small');
      hint.textContent = fix;
      item.append(hint);
    }
    return item;
  }

  go(id) {
    const element = this.modeler.get('elementRegistry').get(id);
    if (!element) return;
    this.modeler.get('selection').select(element);
    this.modeler.get('canvas').scrollToElement(element);
  }

  mark(findings) {
    const overlays = this.modeler.get('overlays');
    overlays.remove({ type: 'finding' });
    for (const [id, its] of Map.groupBy(findings, ({ element }) => element)) {
      if (this.modeler.get('elementRegistry').get(id)?.parent) overlays.add(id, 'finding', { position: { top: -14, right: 14 }, html: this.badge(its, id) });
    }
  }

  badge(findings, id) {
    const severity = findings.some((one) => one.severity === 'error') ? 'error' : 'warning';
    const badge = document.createElement('span');
    badge.className = `finding-badge ${severity}`;
    badge.textContent = SIGNS[severity];
    badge.title = findings.map(({ message }) => message).join('\n');
    badge.addEventListener('click', () => this.go(id));
    return badge;
  }
}
