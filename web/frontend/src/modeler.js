// The editor of a diagram. Everything it needs to know stands in data- attributes of #editor.
import Modeler from 'bpmn-js/lib/Modeler';
import camunda from 'camunda-bpmn-moddle/resources/camunda.json';
import minimap from 'diagram-js-minimap';
import { Drafts, post } from './modeler/drafts.js';
import { Findings } from './modeler/findings.js';
import together from './modeler/fixes.js';
import { Panel } from './modeler/panel.js';
import menus from './modeler/menus.js';
import vocabulary from './modeler/vocabulary.js';
import spanish from './shared/spanish.js';
import './modeler.css';

const PALETTE = 130;
const MARGIN = 20;

const page = document.getElementById('editor');
const part = (name) => page.querySelector(`[data-part=${name}]`);
const get = (url) => fetch(url, { credentials: 'same-origin' });

async function open() {
  const modeler = new Modeler({
    container: part('canvas'),
    moddleExtensions: { camunda },
    additionalModules: [menus, minimap, together, vocabulary, spanish],
  });
  const [diagram, catalogues] = await Promise.all([get(page.dataset.xml), get(page.dataset.catalogues)]);
  const xml = await diagram.text();
  await modeler.importXML(xml);
  fit(modeler.get('canvas'));
  start(modeler, await catalogues.json(), xml);
}

// The whole drawing, beside the palette instead of under it.
function fit(canvas) {
  const { inner, outer } = canvas.viewbox();
  const scale = Math.min((outer.width - PALETTE - MARGIN) / inner.width, (outer.height - 2 * MARGIN) / inner.height, 1);
  const [width, height] = [outer.width / scale, outer.height / scale];
  canvas.viewbox({ x: inner.x - PALETTE / scale, y: inner.y - (height - inner.height) / 2, width, height });
}

function start(modeler, catalogues, xml) {
  new Panel(modeler, part('panel'), catalogues);
  const drafts = new Drafts(modeler, page, part('status'));
  const findings = new Findings(modeler, part('findings'), part('summary'), (xml) => ask(xml));
  const commands = modeler.get('commandStack');
  const canvas = modeler.get('canvas');
  const actions = {
    save: () => drafts.save(),
    publish: async () => { if (!drafts.dirty || await drafts.save()) location.assign(page.dataset.publish); },
    undo: () => commands.canUndo() && commands.undo(),
    redo: () => commands.canRedo() && commands.redo(),
    fit: () => fit(canvas),
  };
  for (const [name, action] of Object.entries(actions)) page.querySelector(`[data-action=${name}]`)?.addEventListener('click', action);
  addEventListener('keydown', (event) => {
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 's') {
      event.preventDefault();
      drafts.save();
    }
  });
  for (const question of page.querySelectorAll('[data-go]')) question.addEventListener('click', () => findings.go(question.dataset.go));
  findings.look();
  drafts.offer(xml, async (copy) => {
    await modeler.importXML(copy);
    fit(canvas);
    findings.look();
  });
  page.dataset.ready = 'true';
}

async function ask(xml) {
  const answer = await post(page, page.dataset.findings, { xml });
  const said = await answer.json().catch(() => ({}));
  if (answer.ok) return said.hallazgos;
  return [{ gravedad: 'error', elemento: '', nombre: '', mensaje: said.mensaje ?? 'No se pudo revisar el diagrama.', arreglo: null }];
}

open().catch(() => { part('status').textContent = 'El diagrama no se pudo abrir. Actualice la página; si sigue así, avise a soporte.'; });
