// A column or a block copied in a spreadsheet spreads over the rows of a table, and is undone in one step.

import { button } from './buttons.js';

const ENGLISH = /\d,\d{3}(?!\d).*\.\d|\d,\d{3},\d{3}|^\s*\$?\s*-?\d{1,3}(,\d{3})+\.\d+\s*%?$/;
const SPANISH = /\d\.\d{3}(?!\d).*,\d|\d\.\d{3}\.\d{3}/;
const FIGURE = /^\s*[-−(]?\s*\$?\s*-?[\d.,\s]+\s*%?\s*\)?\s*$/;

// The cells of what a spreadsheet copies: tabs between columns, quotes around what holds line breaks.
export function cellsOf(text) {
  const rows = [[]];
  const pattern = /"((?:[^"]|"")*)"(?=\t|\r?\n|$)|([^\t\r\n]*)/y;
  let at = 0;
  while (at <= text.length) {
    pattern.lastIndex = at;
    const found = pattern.exec(text);
    rows.at(-1).push(found[1] === undefined ? found[2] : found[1].replaceAll('""', '"'));
    at = pattern.lastIndex;
    if (text[at] === '\t') at += 1;
    else if (text.startsWith('\r\n', at) || text[at] === '\n' || text[at] === '\r') {
      at += text.startsWith('\r\n', at) ? 2 : 1;
      if (at < text.length) rows.push([]);
      else break;
    } else break;
  }
  return rows;
}

// Whether figures in a block are written as in English: one cell that can be nothing else says so for all.
export const isEnglish = (rows) => rows.flat().some((cell) => ENGLISH.test(cell)) && !rows.flat().some((cell) => SPANISH.test(cell));

// A figure as one writes it here, without signs of money; what is no figure stays as it is.
export function figure(text, english) {
  if (!FIGURE.test(text)) return text.trim();
  const negative = /^\s*\(.*\)\s*$/.test(text) || /[-−]/.test(text);
  let bare = text.replace(/[^\d.,]/g, '');
  if (english) bare = bare.replaceAll(',', '').replace('.', ',');
  return bare && (negative ? `-${bare}` : bare);
}

export function pasteBlocks(form, changed) {
  let undo = null;
  form.addEventListener('paste', (event) => {
    const field = event.target;
    if (!field.matches?.('input:not([type=checkbox]):not([type=radio]), textarea') || !field.closest('[data-row]')) return;
    const rows = cellsOf(event.clipboardData.getData('text/plain'));
    const isBlock = rows.length > 1 || rows[0].length > 1;
    if (!isBlock && !field.matches('.val')) return;
    if (field.matches('textarea') && rows.every((row) => row.length === 1)) return; // lines of a text are its own
    event.preventDefault();
    undo = spread(field, rows);
    changed(undo.fields);
    tell(form, field, undo, () => takeBack());
  });
  const takeBack = () => {
    if (!undo) return;
    for (const [field, value] of undo.before) field.value = value;
    changed(undo.fields);
    undo = null;
    document.querySelector('.pasted')?.remove();
  };
  form.addEventListener('keydown', (event) => {
    if (undo && (event.ctrlKey || event.metaKey) && event.key === 'z') {
      event.preventDefault();
      takeBack();
    }
  });
  form.addEventListener('input', (event) => {
    if (event.isTrusted) undo = null;
  });
}

function spread(field, rows) {
  const english = isEnglish(rows);
  const all = [...field.closest('table').querySelectorAll('[data-row]')].filter((row) => fieldsOf(row).length);
  const first = field.closest('[data-row]');
  const from = fieldsOf(first).indexOf(field);
  const below = all.slice(all.indexOf(first));
  const before = new Map();
  let left = 0;
  rows.forEach((cells, at) => {
    const targets = below[at] ? fieldsOf(below[at]).slice(from) : [];
    cells.forEach((text, column) => {
      const target = targets[column];
      if (!target) {
        left += text.trim() ? 1 : 0;
        return;
      }
      before.set(target, target.value);
      target.value = target.matches('.val') ? figure(text, english) : text;
    });
  });
  return { before, left, fields: [...before.keys()], last: below[Math.min(rows.length, below.length) - 1], first };
}

// What may be pasted into, in order: figures and texts, not what is chosen, attached or not asked.
function fieldsOf(row) {
  return [...row.querySelectorAll('input.val, textarea, input:not([type])')].filter((one) => !one.closest('[data-hidden], .ask'));
}

function tell(form, field, { before, left, first, last }, takeBack) {
  document.querySelector('.pasted')?.remove();
  const bar = document.createElement('p');
  bar.className = 'guard pasted';
  bar.setAttribute('role', 'status');
  const count = before.size === 1 ? 'Se pegó 1 valor' : `Se pegaron ${before.size} valores`;
  const span = first === last ? ` en ${named(first)}` : `, de ${named(first)} a ${named(last)}`;
  const rest = left ? `; ${left === 1 ? 'sobró 1' : `sobraron ${left}`} que no tenía${left === 1 ? '' : 'n'} fila` : '';
  bar.append(`${count}${span}${rest}. `, button('Deshacer', takeBack));
  field.closest('table').before(bar);
}

const named = (row) => row.querySelector('.title')?.textContent.trim() || `la fila ${[...row.parentElement.children].indexOf(row)}`;
