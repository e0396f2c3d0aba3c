// What a task's form gains with scripts: drafts saved as one types, rows without a round trip, fields that are not
// asked out of sight. Everything works without it; the server decides what is asked and what it would give.

const PAUSE = 900;
const COLOURS = ['rojo', 'amarillo', 'verde', 'naranja', 'gris'];

for (const form of document.querySelectorAll('form[data-form]')) {
  form.classList.add('scripted');
  enhanceRows(form);
  followOwnRows(form);
  if (form.dataset.draft) saveWhileTyping(form);
  guardAgainstTwice(form);
}
document.getElementById('errores')?.focus();

function enhanceRows(form) {
  form.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-add], button[data-remove]');
    if (!button) return;
    event.preventDefault();
    const table = button.closest('.form-table');
    if (button.dataset.add) addRow(table, button);
    else removeRow(table, button);
    renumber(table);
    form.dispatchEvent(new Event('input', { bubbles: true }));
  });
}

function addRow(table, button) {
  const rows = table.querySelector('table.rows');
  if (rowsOf(table).length >= Number(button.dataset.most)) return;
  const pattern = table.querySelector('template[data-new-row]');
  const row = pattern.content.querySelector('tbody').cloneNode(true);
  rows.append(row);
  row.querySelector('input:not([type=hidden]), select, textarea')?.focus();
}

function removeRow(table, button) {
  const row = button.closest('[data-row]');
  const next = row.nextElementSibling?.querySelector('button[data-remove]') ?? table.querySelector('button[data-add]');
  row.remove();
  next?.focus();
}

const rowsOf = (table) => table.querySelectorAll('table.rows > [data-row]');

// Names count the rows: the third row of `orden_del_dia` holds `orden_del_dia-2-punto`.
function renumber(table) {
  const key = table.dataset.path;
  const numbered = new RegExp(`(^|[\\s:-])(${key}[-:])(\\d+|__n__)(?=$|[\\s:-])`, 'g');
  rowsOf(table).forEach((row, place) => {
    for (const element of [row, ...row.querySelectorAll('*')]) {
      for (const { name, value } of [...element.attributes]) {
        const isTyped = name === 'value' && element.tagName !== 'BUTTON';
        if (!isTyped && value.includes(key)) element.setAttribute(name, value.replace(numbered, `$1$2${place}`));
      }
    }
  });
}

// A choice among the rows of a table of this same form knows the rows typed since the page came.
function followOwnRows(form) {
  form.addEventListener('focusin', ({ target: select }) => {
    const from = select.dataset?.rowsFrom;
    if (!from) return;
    const [table, column] = from.split(/-(.*)/);
    const known = new Set([...select.options].map((option) => option.value));
    for (const cell of form.querySelectorAll(`[name^="${table}-"][name$="-${column}"]`)) {
      const typed = cell.value.trim();
      if (typed && !known.has(typed)) select.add(new Option(typed, typed));
      known.add(typed);
    }
  });
}

function saveWhileTyping(form) {
  let timer;
  let running;
  const status = form.querySelector('[data-saved]');
  const later = () => {
    clearTimeout(timer);
    timer = setTimeout(save, PAUSE);
  };
  const save = async () => {
    running?.abort();
    running = new AbortController();
    status.textContent = 'Guardando…';
    try {
      const answer = await fetch(form.dataset.draft, {
        method: 'POST',
        body: withoutFiles(form),
        headers: { Accept: 'application/json' },
        signal: running.signal,
      });
      if (!answer.ok) throw await problem(answer);
      show(form, await answer.json());
    } catch (error) {
      if (error.name === 'AbortError') return;
      status.textContent = error.sentence ?? 'Sin conexión: lo escrito sigue aquí. Se guardará al volver.';
    }
  };
  form.addEventListener('input', later);
  form.addEventListener('change', later);
  window.addEventListener('online', later);
  form.addEventListener('submit', () => {
    clearTimeout(timer);
    running?.abort();
  });
}

async function problem(answer) {
  const body = await answer.json().catch(() => ({}));
  return Object.assign(new Error('draft refused'), { sentence: body.mensaje ?? 'No se pudo guardar el borrador.' });
}

function withoutFiles(form) {
  const data = new FormData(form);
  for (const input of form.querySelectorAll('input[type=file]')) {
    data.delete(input.name);
    for (const kept of form.querySelectorAll(`input[type=hidden][name="${input.name}"]`)) data.append(kept.name, kept.value);
  }
  return data;
}

function show(form, { guardado, ocultos, semaforos }) {
  form.querySelector('[data-saved]').textContent = `Guardado a las ${guardado}`;
  const hidden = new Set(ocultos);
  for (const field of form.querySelectorAll('[data-path]')) field.toggleAttribute('data-hidden', hidden.has(field.dataset.path));
  for (const place of form.querySelectorAll('[data-chip]')) {
    const chip = semaforos[place.dataset.chip];
    if (chip) showChip(place, chip);
  }
}

function showChip(place, { color, icono, palabra, detalle }) {
  const text = detalle ? `${palabra} · ${detalle}` : palabra;
  if (place.dataset.told === color + text) return;
  place.dataset.told = color + text;
  const chip = document.createElement('span');
  chip.className = `chip ${COLOURS.includes(color) ? color : 'gris'}`;
  const sign = document.createElement('span');
  sign.setAttribute('aria-hidden', 'true');
  sign.textContent = icono;
  chip.append(sign, ` ${text}`);
  place.replaceChildren(chip);
}

// A second press while the first travels would only bring an error.
function guardAgainstTwice(form) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sending) event.preventDefault();
    form.dataset.sending = 'yes';
    window.addEventListener('pageshow', () => delete form.dataset.sending, { once: true });
  });
}
