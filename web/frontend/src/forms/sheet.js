// A table with given rows works as a sheet: arrows and Enter go from figure to figure, one row is open at a time for what is
// told of it, and on a phone one row is seen at a time.

import { button } from './buttons.js';

export function sheets(form) {
  for (const table of form.querySelectorAll('.form-table.foldable')) fold(table);
  form.addEventListener('keydown', (event) => {
    if (event.target.matches('input.val')) walk(event);
    if (event.altKey && (event.key === 'ArrowDown' || event.key === 'ArrowUp')) openByKey(event);
  });
  if (location.hash.length > 1) reveal(location.hash);
  for (const link of document.querySelectorAll('#errores a')) link.addEventListener('click', () => reveal(link.hash, true));
}

// Open the row that holds an element, and turn a phone to it.
export const showRowOf = (element) => element.dispatchEvent(new CustomEvent('reveal', { bubbles: true }));

// Whatever is linked to may be inside a row that is closed, or not the one that a phone shows.
function reveal(hash, focus) {
  const target = document.getElementById(decodeURIComponent(hash.slice(1)));
  const row = target?.closest('[data-row]');
  if (!row) return;
  showRowOf(row);
  if (focus) setTimeout(() => target.focus());
}

function walk(event) {
  const step = { ArrowDown: 1, ArrowUp: -1, Enter: 1 }[event.key];
  if (!step || event.altKey || event.ctrlKey || event.metaKey) return;
  const column = event.target.name.replace(/^.*-/, '');
  const fields = [...event.target.closest('table').querySelectorAll(`input.val[name$="-${column}"]`)].filter((one) => one.offsetParent);
  const next = fields[fields.indexOf(event.target) + (event.shiftKey ? -step : step)];
  event.preventDefault();
  if (next) {
    next.focus();
    next.select();
  }
}

function openByKey(event) {
  const row = event.target.closest('[data-row]');
  const toggle = row?.querySelector('button.toggle');
  if (!toggle || event.target.matches('input.date')) return;
  event.preventDefault();
  if ((event.key === 'ArrowDown') !== row.classList.contains('open')) toggle.click();
  if (event.key === 'ArrowUp') row.querySelector('input.val')?.focus();
}

function fold(table) {
  const rows = [...table.querySelectorAll('table.rows > [data-row]')];
  if (!rows.length) return;
  table.classList.add('folded');
  const open = (row, focus) => {
    for (const one of rows) {
      one.classList.toggle('open', one === row);
      one.querySelector('button.toggle').setAttribute('aria-expanded', String(one === row));
    }
    if (focus) firstEmpty(row)?.focus();
  };
  for (const row of rows) {
    addToggle(row, () => (row.classList.contains('open') ? open(null) : open(row, true)));
    tuckAway(row);
  }
  const pager = addPager(table, rows);
  table.addEventListener('reveal', ({ target }) => {
    const row = target.closest('[data-row]');
    open(row);
    if (target.closest('.optional')) row.classList.add('more');
    pager.go(rows.indexOf(row));
  });
  const wrong = rows.find((row) => row.querySelector('.detail .error:not([hidden])'));
  if (wrong) open(wrong);
  const unready = rows.find((row) => !['lista', 'aceptada'].includes(row.querySelector('[data-standing]')?.dataset.state));
  const first = wrong ?? unready ?? rows.find((row) => row.classList.contains('returned')) ?? rows[0];
  pager.go(rows.indexOf(first));
}

// Where one goes on when a row opens: what still says nothing.
function firstEmpty(row) {
  const fields = [...row.querySelectorAll('.detail textarea, .detail input:not([type=hidden]):not([type=checkbox])')].filter((one) => !one.closest('[data-hidden]'));
  return fields.find((one) => one.type !== 'file' && !one.value) ?? fields[0];
}

function addToggle(row, act) {
  const title = row.querySelector('.title') ?? row.querySelector('th, td');
  const name = title.textContent.trim();
  const toggle = document.createElement('button');
  toggle.type = 'button';
  toggle.className = 'toggle';
  toggle.setAttribute('aria-expanded', 'false');
  toggle.setAttribute('aria-label', `Lo que se cuenta de ${name}`);
  toggle.addEventListener('click', act);
  title.before(toggle);
}

// On a phone a row is one screen: what nobody has to answer, and nobody has, waits behind a button with its names.
function tuckAway(row) {
  const isEmpty = (field) => ![...field.querySelectorAll('textarea, input:not([type=hidden])')].some((one) => one.value) && !field.querySelector('li, .error:not([hidden])');
  const optional = [...row.querySelectorAll('.detail .form-field')].filter((field) => !field.querySelector('.required, .condition') && isEmpty(field));
  for (const field of optional) field.classList.add('optional');
  if (!optional.length || row.classList.contains('locked')) return;
  const names = optional.map((field) => field.querySelector('label, .label').firstChild.textContent.trim());
  const more = button(`Agregar: ${names.join(', ').toLowerCase()}`, () => {
    row.classList.add('more');
    optional[0].querySelector('textarea, input')?.focus();
  });
  more.classList.add('more-fields');
  row.querySelector('.details').append(more);
}

function addPager(table, rows) {
  const at = document.createElement('span');
  let present = 0;
  const go = (place) => {
    present = Math.min(rows.length - 1, Math.max(0, place));
    rows.forEach((row, number) => row.classList.toggle('present', number === present));
    at.textContent = `Fila ${present + 1} de ${rows.length}`;
    before.disabled = present === 0;
    after.disabled = present === rows.length - 1;
  };
  const turn = (step) => {
    go(present + step);
    rows[present].scrollIntoView({ block: 'start' });
    rows[present].querySelector('input.val')?.focus({ preventScroll: true });
  };
  const before = button('‹ Anterior', () => turn(-1));
  const after = button('Siguiente ›', () => turn(1));
  const pager = document.createElement('nav');
  pager.className = 'pager';
  pager.setAttribute('aria-label', 'Fila por fila');
  pager.append(before, at, after);
  const bar = table.closest('form').querySelectorAll('.form-table.foldable').length === 1 && table.closest('form').querySelector('.actions');
  if (bar) bar.prepend(pager);
  else table.append(pager);
  return { go };
}

// The value of the last month again, in one press.
export function sameAsBefore(form, changed) {
  for (const course of form.querySelectorAll('[data-row] .course')) {
    const { last } = course.dataset;
    const row = course.closest('[data-row]');
    const field = row.querySelector('input.val');
    if (!last || !field) continue;
    const again = button('Igual', () => {
      field.value = last;
      changed([field]);
      field.focus();
    });
    again.className = 'btn plain small same';
    again.setAttribute('aria-label', `Igual que el dato anterior: ${last}, ${row.querySelector('.title')?.textContent.trim() ?? ''}`);
    course.append(' ', again);
  }
}
