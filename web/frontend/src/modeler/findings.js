// What the server's linter says about the drawing: a list to walk through, and a badge at each element.
import { Fixes } from './fixes.js';

const WORDS = { error: 'Error', aviso: 'Aviso' };
const SIGNS = { error: '✕', aviso: '!' };
const PAUSE = 700;

export class Findings {
  constructor(modeler, list, summary, ask) {
    Object.assign(this, { modeler, list, summary, ask });
    this.fixes = new Fixes(modeler);
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
    const errors = findings.filter(({ gravedad }) => gravedad === 'error').length;
    const warnings = findings.length - errors;
    this.summary.textContent = findings.length
      ? `${errors} ${errors === 1 ? 'error' : 'errores'} y ${warnings} ${warnings === 1 ? 'aviso' : 'avisos'}`
      : 'Sin hallazgos: el diagrama se puede publicar.';
    const inside = this.list.contains(document.activeElement);
    this.list.replaceChildren(...findings.map((finding) => this.item(finding)));
    // Whoever mends one after another with the keyboard stays in the list.
    if (inside) (this.list.querySelector('button') ?? this.summary).focus();
    this.mark(findings);
  }

  item({ gravedad, elemento, nombre, mensaje, arreglo, consecuencias = [] }) {
    const item = document.createElement('li');
    const button = document.createElement('button');
    button.type = 'button';
    button.className = `finding ${gravedad}`;
    button.textContent = `${SIGNS[gravedad]} ${WORDS[gravedad]}${nombre ? ` en «${nombre}»` : ''}: ${mensaje}`;
    button.addEventListener('click', () => this.go(elemento));
    item.append(button);
    const label = this.fixes.label(arreglo);
    if (label) item.append(this.mender(label, arreglo));
    if (consecuencias.length) item.append(this.following(consecuencias));
    return item;
  }

  // What goes away with its root is told, but does not stand beside it.
  following(findings) {
    const details = document.createElement('details');
    const summary = document.createElement('summary');
    summary.textContent = findings.length === 1 ? 'De aquí sale otro' : `De aquí salen otros ${findings.length}`;
    const list = document.createElement('ul');
    list.append(...findings.map((finding) => this.item(finding)));
    details.append(summary, list);
    return details;
  }

  mender(label, fix) {
    const button = document.createElement('button');
    button.type = 'button';
    button.className = 'btn small quiet';
    button.textContent = label;
    button.addEventListener('click', () => this.fixes.mend(fix));
    return button;
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
    for (const [id, its] of Map.groupBy(findings, ({ elemento }) => elemento)) {
      if (this.modeler.get('elementRegistry').get(id)?.parent) overlays.add(id, 'finding', { position: { top: -14, right: 14 }, html: this.badge(its, id) });
    }
  }

  badge(findings, id) {
    const gravedad = findings.some((one) => one.gravedad === 'error') ? 'error' : 'aviso';
    const badge = document.createElement('span');
    badge.className = `finding-badge ${gravedad}`;
    badge.textContent = SIGNS[gravedad];
    badge.title = findings.map(({ mensaje }) => mensaje).join('\n');
    badge.addEventListener('click', () => this.go(id));
    return badge;
  }
}
