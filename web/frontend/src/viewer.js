// Turns the server's picture of a diagram into one that can be moved and enlarged.
// The picture stays until the diagram is drawn, and for good where something fails.
//
//   <figure data-diagram data-src="…bpmn" data-marks='{"reportar_avance": "actual"}'>
//     <div class="scroll" tabindex="0" role="region" aria-label="Dibujo"> <svg>…</svg> </div>
//   </figure>
import NavigatedViewer from 'bpmn-js/lib/NavigatedViewer';
import spanish from './shared/spanish.js';
import './viewer.css';

const STEP = 1.25;
const LEGIBLE = 0.4;

function button(label, sign, action) {
  const element = document.createElement('button');
  element.type = 'button';
  element.className = 'diagram-zoom';
  element.textContent = sign;
  element.title = label;
  element.setAttribute('aria-label', label);
  element.addEventListener('click', action);
  return element;
}

function controls(canvas) {
  const bar = document.createElement('div');
  bar.className = 'diagram-controls';
  bar.append(
    button('Acercar', '+', () => canvas.zoom(canvas.zoom() * STEP)),
    button('Alejar', '−', () => canvas.zoom(canvas.zoom() / STEP)),
    button('Ver todo', '⤢', () => canvas.zoom('fit-viewport', 'auto')),
  );
  return bar;
}

// All of it where that can be read; on a phone, the beginning of it.
function fit(canvas) {
  if (canvas.zoom('fit-viewport', 'auto') >= LEGIBLE) return;
  const { inner, outer } = canvas.viewbox();
  const [width, height] = [outer.width / LEGIBLE, outer.height / LEGIBLE];
  canvas.viewbox({ x: inner.x - 10, y: inner.y - (height - inner.height) / 2, width, height });
}

async function enliven(figure) {
  const picture = figure.querySelector('.scroll');
  const answer = await fetch(figure.dataset.src, { credentials: 'same-origin' });
  if (!answer.ok) return;
  const container = document.createElement('div');
  container.className = 'diagram-canvas';
  figure.prepend(container);
  const viewer = new NavigatedViewer({ container, additionalModules: [spanish] });
  try {
    await viewer.importXML(await answer.text());
  } catch {
    container.remove();
    return;
  }
  const canvas = viewer.get('canvas');
  for (const [id, mark] of Object.entries(JSON.parse(figure.dataset.marks || '{}'))) {
    if (viewer.get('elementRegistry').get(id)) canvas.addMarker(id, mark);
  }
  container.append(controls(canvas));
  picture?.remove();
  fit(canvas);
  figure.dataset.ready = 'true';
}

for (const figure of document.querySelectorAll('[data-diagram]')) enliven(figure);
