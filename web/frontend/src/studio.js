// What the studio's ordinary pages gain with scripts: menus that follow what was chosen without pressing a button, and
// fields moved by Alt and the arrows. Everything works without it.

import { picking } from './studio/picking.js';

const STEP = /(_paso|^_opcion)$/;

for (const form of document.querySelectorAll('form[data-swap]')) follow(form);
moveByKeys(document.querySelector('.outline'));
for (const all of document.querySelectorAll('[data-all]')) tickAll(all);
for (const holder of document.querySelectorAll('[data-picks]')) picking(holder);

// One box for all that may be ticked below it.
function tickAll(all) {
  const boxes = () => [...all.form.querySelectorAll(`input[name=${all.dataset.all}]`)];
  all.addEventListener('change', () => { for (const one of boxes()) one.checked = all.checked; });
  all.form.addEventListener('change', () => { all.checked = boxes().every((one) => one.checked); });
}

// The server says what fits; only the form itself is replaced, and whoever stands in a field of it stays there.
function follow(form) {
  form.classList.add('scripted');
  form.addEventListener('change', ({ target }) => {
    if (target.matches('[data-refresh]')) ask(form, [...form.querySelectorAll('.menus-refresh')].find((one) => near(one, target)), target.id);
  });
  form.addEventListener('click', (event) => {
    const button = event.target.closest('button[name]');
    if (!button || !STEP.test(button.name)) return;
    event.preventDefault();
    ask(form, button, '');
  });
}

function near(button, target) {
  return (target.closest('[data-menus]') ?? target.form).contains(button);
}

// Arrows in a list ask at each press: only what the last one asked for is shown.
let asked = 0;

async function ask(form, button, focused) {
  const turn = ++asked;
  const data = new FormData(form);
  const sent = new Map(typed(form));
  data.append(button.name, button.value);
  const answer = await fetch(form.action || location.href, { method: 'POST', body: data, credentials: 'same-origin' }).catch(() => null);
  if (turn !== asked) return;
  if (!answer?.ok) return form.requestSubmit(button);
  const text = await answer.text();
  if (turn !== asked) return;
  const page = new DOMParser().parseFromString(text, 'text/html');
  const fresh = document.importNode(page.querySelector(`form[data-swap]#${form.id}`) ?? page.querySelector('form[data-swap]'), true);
  const since = typed(form).filter(([id, value]) => sent.get(id) !== value);
  const here = since.length && form.contains(document.activeElement) ? document.activeElement.id : focused;
  form.replaceWith(fresh);
  follow(fresh);
  for (const [id, value] of since) if (document.getElementById(id)) document.getElementById(id).value = value;
  (document.getElementById(here) ?? lastEmpty(fresh, button))?.focus();
}

// What is written in a form: whoever goes on writing while the server answers keeps it.
function typed(form) {
  const fields = [...form.querySelectorAll('textarea, input')].filter((one) => one.id && !['checkbox', 'radio', 'hidden', 'file'].includes(one.type));
  return fields.map((one) => [one.id, one.value]);
}

// After «+ …»: the line that is new.
function lastEmpty(form, button) {
  const fields = form.querySelectorAll(button.name === '_opcion' ? '.options input:not([type=hidden])' : '[data-menus] select[id]');
  return [...fields].reverse().find((one) => !one.value) ?? fields[fields.length - 1] ?? form.querySelector('button');
}

function moveByKeys(outline) {
  outline?.addEventListener('keydown', (event) => {
    const way = { ArrowUp: 'up', ArrowDown: 'down' }[event.key];
    const row = event.target.closest('.outline-row');
    const button = event.altKey && way && row?.querySelector(`[data-move=${way}]`);
    if (!button || button.disabled) return;
    event.preventDefault();
    button.form.requestSubmit(button);
  });
  const moved = location.hash.startsWith('#campo-') && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  moved?.focus?.();
}

// The table of steps: arrows go from row to row, a block from a sheet spreads over rows, Ctrl+Z undoes the last change.
const grid = document.getElementById('tabla');
if (grid) moveInGrid(grid);

function moveInGrid(form) {
  const status = document.querySelector('[data-grid-status]');
  const cells = () => [...document.querySelectorAll('[data-cell]')];
  let dirty = false;
  const touched = () => {
    dirty = true;
    status.textContent = 'Hay celdas sin guardar: Enter las guarda.';
  };
  addEventListener('beforeunload', (event) => { if (dirty) event.preventDefault(); });
  form.addEventListener('submit', () => { dirty = false; });
  document.addEventListener('input', ({ target }) => target.matches('[data-cell]') && touched());
  document.addEventListener('keydown', (event) => {
    const cell = event.target.closest?.('input[data-cell]');
    const way = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (cell && way && cell.type !== 'number' && !event.altKey) {
      const same = cells().filter((one) => one.dataset.cell === cell.dataset.cell);
      const next = same[same.indexOf(cell) + way];
      if (next && !cell.list) { event.preventDefault(); next.focus(); next.select(); }
    }
    if ((event.ctrlKey || event.metaKey) && event.key.toLowerCase() === 'z' && !event.target.matches('input, textarea, select')) {
      const button = document.querySelector('[data-undo]');
      if (button) { event.preventDefault(); button.form.requestSubmit(button); }
    }
  });
  document.addEventListener('paste', (event) => {
    const cell = event.target.closest?.('[data-cell]');
    const text = event.clipboardData?.getData('text/plain') ?? '';
    if (!cell || !/[\t\n]/.test(text.trim())) return;
    event.preventDefault();
    spread(cell, text.replace(/\r/g, '').replace(/\n$/, '').split('\n').map((line) => line.split('\t')));
    touched();
  });

  function spread(first, rows) {
    const order = ['name', 'role', 'days', 'form'];
    const lines = [...document.querySelectorAll('tr')].filter((row) => row.querySelector('[data-cell]'));
    const top = lines.indexOf(first.closest('tr'));
    const left = order.indexOf(first.dataset.cell);
    rows.forEach((row, down) => row.forEach((value, right) => {
      const target = lines[top + down]?.querySelector(`[data-cell=${order[left + right] ?? 'none'}]`);
      if (target) target.value = value.trim();
    }));
    if (top + rows.length > lines.length) status.textContent = 'Sobraron filas: agréguelas abajo, en «Agregar pasos desde Excel».';
  }
}
