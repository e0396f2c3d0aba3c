// What the server told of the form as it stands: what is not asked, lights, cells that follow, how far each row has come.
// A light that what was typed since may have changed is taken away at once: none is ever stale.

const COLOURS = ['rojo', 'amarillo', 'verde', 'naranja', 'gris'];
const STATES = ['lista', 'por_confirmar', 'incompleta', 'vacia', 'aceptada'];

export function show(form, told) {
  const hidden = new Set(told.ocultos);
  for (const field of form.querySelectorAll('[data-path]')) field.toggleAttribute('data-hidden', hidden.has(field.dataset.path));
  for (const place of form.querySelectorAll('[data-chip]')) showChip(place, told.semaforos[place.dataset.chip]);
  for (const cell of form.querySelectorAll('[data-cell]')) {
    const text = told.celdas[cell.dataset.cell];
    if (text !== undefined) cell.textContent = text || '—';
  }
  for (const place of form.querySelectorAll('[data-read]')) showRead(form, place, told.leidos[place.dataset.read]);
  for (const place of form.querySelectorAll('[data-error]')) showError(form, place, told.avisos[place.dataset.error]);
  for (const place of form.querySelectorAll('[data-ask]')) place.textContent = told.avisos[place.dataset.ask]?.texto ?? '';
  showRows(form, told);
}

function showRows(form, { filas, cuentas, listas }) {
  for (const place of form.querySelectorAll('[data-standing]')) {
    const row = filas[place.dataset.standing];
    if (!row) continue;
    place.textContent = row.texto;
    place.dataset.state = STATES.includes(row.estado) ? row.estado : '';
  }
  for (const place of form.querySelectorAll('[data-counts]')) {
    const table = place.dataset.counts;
    if (place.textContent !== cuentas[table]) place.textContent = cuentas[table] ?? '';
    const marks = place.parentElement.querySelectorAll('.meter i');
    marks.forEach((mark, at) => (mark.dataset.state = filas[`${table}-${at}`]?.estado ?? ''));
  }
  for (const place of document.querySelectorAll('[data-ready]')) place.textContent = listas;
}

// Under a figure of thousands, how it was read; the field itself speaks so once one leaves it.
function showRead(form, place, text) {
  const input = form.elements[place.dataset.read];
  const differs = text && text !== input.value.trim();
  if (differs && input !== document.activeElement && /\d/.test(input.value)) {
    input.value = text;
    place.textContent = '';
  } else place.textContent = differs ? text : '';
}

function showError(form, place, told) {
  const wrong = told && !told.pregunta ? told.texto : '';
  if (place.textContent === wrong) return;
  place.textContent = wrong;
  place.hidden = !wrong;
  const field = document.getElementById(place.id.replace(/-error$/, ''));
  if (!field) return;
  const others = (field.getAttribute('aria-describedby') ?? '').split(' ').filter((id) => id && id !== place.id);
  field.setAttribute('aria-describedby', [...others, ...(wrong ? [place.id] : [])].join(' '));
  if (wrong) field.setAttribute('aria-invalid', 'true');
  else field.removeAttribute('aria-invalid');
}

export function clearLight(input) {
  const row = input.closest('[data-row]');
  for (const place of row?.querySelectorAll('[data-chip]') ?? []) showChip(place, undefined);
}

function showChip(place, given) {
  if (!given) {
    place.replaceChildren();
    delete place.dataset.told;
    return;
  }
  const { color, icono, palabra, detalle } = given;
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
