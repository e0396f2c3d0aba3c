// The editor of a diagram. Everything it needs to know stands in data- attributes of #editor.
import Modeler from 'bpmn-js/lib/Modeler';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import minimap from 'diagram-js-minimap';
import { Drafts, post } from './modeler/drafts.js';
import { Findings } from './modeler/findings.js';
import together from './modeler/fixes.js';
import { Panel } from './modeler/panel.js';
import { Keyboard } from './modeler/keyboard.js';
import menus from './modeler/menus.js';
import tidying, { tidy } from './modeler/tidying.js';
import vocabulary from './modeler/vocabulary.js';
import spanish from './shared/spanish.js';
import './modeler.css';

const PALETTE = 130;
const MARGIN = 20;
const STEP = 1.25;
const READABLE = 0.75;
const PRESENCE = 20000;

const page = document.getElementById('editor');
const part = (name) => page.querySelector(`[data-part=${name}]`);
const get = (url) => fetch(url, { credentials: 'same-origin' });

async function open() {
  const modeler = new Modeler({
    container: part('canvas'),
    moddleExtensions: { camunda },
    additionalModules: [menus, minimap, tidying, together, vocabulary, spanish],
  });
  const [diagram, catalogues] = await Promise.all([get(page.dataset.xml), get(page.dataset.catalogues)]);
  const xml = await diagram.text();
  await modeler.importXML(xml);
  begin(modeler);
  start(modeler, await catalogues.json(), xml);
}

// The whole drawing, beside the palette instead of under it.
function fit(canvas) {
  const { inner, outer } = canvas.viewbox();
  const scale = Math.min((outer.width - PALETTE - MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height, 1);
  const [width, height] = [outer.width / scale, outer.height / scale];
  canvas.viewbox({ x: inner.x - PALETTE / scale, y: inner.y - (height - inner.height) / 2, width, height });
}

// All of it where that can be read; else where it begins, at a size that can: the rest is an arrow or «Ver todo» away.
function begin(modeler) {
  const canvas = modeler.get('canvas');
  fit(canvas);
  if (canvas.zoom() >= READABLE) return;
  const { inner, outer } = canvas.viewbox();
  const [width, height, margin] = [outer.width, outer.height, MARGIN].map((one) => one / READABLE);
  const [first] = modeler.get('elementRegistry').filter((one) => one.type === 'bpmn:StartEvent').sort((a, b) => a.x - b.x);
  const free = inner.height - height + 2 * margin;
  const seen = first ? first.y + first.height / 2 - height / 2 : inner.y;
  const y = free < 0 ? inner.y + (inner.height - height) / 2 : Math.min(Math.max(seen, inner.y - margin), inner.y - margin + free);
  canvas.viewbox({ x: inner.x - PALETTE / READABLE, y, width, height });
}

function start(modeler, catalogues, xml) {
  const panel = new Panel(modeler, part('panel'), catalogues, page.dataset);
  const drafts = new Drafts(modeler, page, part('status'));
  const findings = new Findings(modeler, part('findings'), part('summary'), (xml) => ask(xml));
  const keyboard = new Keyboard(modeler, part);
  const commands = modeler.get('commandStack');
  const byKeys = (act) => {
    const wrong = keyboard[act]();
    if (wrong) drafts.say(wrong);
  };
  const canvas = modeler.get('canvas');
  const actions = {
    save: () => save(),
    publish: () => leave(page.dataset.publish),
    undo: () => commands.canUndo() && commands.undo(),
    redo: () => commands.canRedo() && commands.redo(),
    fit: () => fit(canvas),
    append: () => byKeys('append'),
    connect: () => byKeys('connect'),
    remove: () => byKeys('remove'),
    tidy: async () => {
      const wrong = await tidy(modeler, order).catch(() => 'No se pudo ordenar: no hay conexión.');
      if (wrong) drafts.say(wrong);
      else fit(canvas);
    },
    closer: () => canvas.zoom(Math.min(canvas.zoom() * STEP, 4)),
    further: () => canvas.zoom(Math.max(canvas.zoom() / STEP, 0.1)),
  };

  // What is wrong in the panel is not in the drawing: it is mended first, at its field.
  async function save() {
    const mistake = panel.mistake();
    if (!mistake) return drafts.save();
    modeler.get('selection').select(mistake.element);
    drafts.say(`No se guardó. ${mistake.field.label}: ${mistake.sentence}`);
    document.getElementById(`campo-${mistake.field.id}`)?.focus();
    return false;
  }

  async function leave(address) {
    if (!panel.mistake() && !drafts.dirty) location.assign(address);
    else if (await save()) location.assign(address);
  }

  const scale = () => { part('zoom').textContent = `${Math.round(canvas.zoom() * 100)} %`; };
  modeler.on('canvas.viewbox.changed', scale);
  scale();
  page.addEventListener('click', (event) => {
    const link = event.target.closest('a[data-leaves]');
    if (!link || event.ctrlKey || event.metaKey) return;
    event.preventDefault();
    leave(link.href);
  });
  for (const [name, action] of Object.entries(actions)) page.querySelector(`[data-action=${name}]`)?.addEventListener('click', action);
  addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
      event.preventDefault();
      save();
    }
  });
  for (const question of page.querySelectorAll('[data-go]')) question.addEventListener('click', () => findings.go(question.dataset.go));
  drafts.open = async (drawn) => {
    const box = canvas.viewbox();
    await modeler.importXML(drawn);
    canvas.viewbox(box);
    findings.look();
  };
  attend();
  findings.look();
  addEventListener('online', () => findings.look());
  drafts.offer(xml, async (copy) => {
    await modeler.importXML(copy);
    begin(modeler);
    findings.look();
  });
  if (location.hash) findings.go(decodeURIComponent(location.hash.slice(1)));
  page.dataset.ready = 'true';
}

const OFFLINE = 'No hay conexión: lo que dibuje queda en este navegador, y se revisa cuando vuelva.';

// Who else has this drawing open; asked while somebody looks at it.
async function attend() {
  if (!document.hidden) {
    const answer = await post(page, page.dataset.presence, {}).catch(() => null);
    const { otros = [] } = answer?.ok ? await answer.json().catch(() => ({})) : {};
    const told = otros.length ? `${otros.join(' y ')} también ${otros.length > 1 ? 'lo están' : 'lo está'} editando.` : '';
    if (part('others').textContent !== told) part('others').textContent = told;
  }
  setTimeout(attend, PRESENCE);
}

async function order(xml) {
  const answer = await post(page, page.dataset.tidy, { xml }).catch(() => null);
  if (!answer) return { mensaje: 'No hay conexión: el dibujo se ordena cuando vuelva.' };
  const said = await answer.json().catch(() => ({}));
  return answer.ok ? said : { mensaje: said.mensaje ?? 'No se pudo ordenar el dibujo.' };
}

async function ask(xml) {
  const answer = await post(page, page.dataset.findings, { xml }).catch(() => null);
  if (!answer) return [{ gravedad: 'aviso', elemento: '', nombre: '', mensaje: OFFLINE, arreglo: null }];
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said.hallazgos;
  return [{ gravedad: 'error', elemento: '', nombre: '', mensaje: said.mensaje ?? 'No se pudo revisar el diagrama.', arreglo: null }];
}

open().catch(() => { part('status').textContent = 'El diagrama no se pudo abrir. Actualice la página; si sigue así, avise a soporte.'; });
