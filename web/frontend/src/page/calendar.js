// Dates in Spanish whatever the browser speaks: on a desktop a field dd/mm/aaaa with our own calendar, on a phone its own
// picker. What is sent is what one reads: the server takes both forms.

const DAYS = ['lu', 'ma', 'mi', 'ju', 'vi', 'sá', 'do'];
const NAMES = ['lunes', 'martes', 'miércoles', 'jueves', 'viernes', 'sábado', 'domingo'];
const MONTHS = ['enero', 'febrero', 'marzo', 'abril', 'mayo', 'junio', 'julio', 'agosto', 'septiembre', 'octubre', 'noviembre', 'diciembre'];
const TWO = (number) => String(number).padStart(2, '0');

let shared;

export function calendars(root = document) {
  if (matchMedia('(pointer: coarse)').matches) return;
  for (const field of root.querySelectorAll('input[type=date]:not([data-native])')) speakSpanish(field);
}

export const written = (date) => `${TWO(date.getDate())}/${TWO(date.getMonth() + 1)}/${date.getFullYear()}`;

export function read(text) {
  const ours = /^\s*(\d{1,2})[/.-](\d{1,2})[/.-](\d{4})\s*$/.exec(text);
  const iso = /^(\d{4})-(\d\d)-(\d\d)$/.exec(text);
  if (!ours && !iso) return null;
  const [day, month, year] = (ours ? ours.slice(1) : iso.slice(1).reverse()).map(Number);
  const date = new Date(year, month - 1, day);
  return date.getDate() === day && date.getMonth() === month - 1 ? date : null;
}

function speakSpanish(field) {
  const date = field.value && read(field.value);
  field.type = 'text';
  field.value = date ? written(date) : field.value;
  field.placeholder = 'dd/mm/aaaa';
  field.inputMode = 'numeric';
  field.autocomplete = 'off';
  field.classList.add('date');
  const button = document.createElement('button');
  button.type = 'button';
  button.className = 'btn quiet small open-calendar';
  button.setAttribute('aria-label', `Elegir en el calendario: ${nameOf(field)}`);
  button.setAttribute('aria-haspopup', 'dialog');
  button.append('▦');
  field.after(button);
  button.addEventListener('click', () => show(field, button));
  field.addEventListener('keydown', (event) => {
    if (event.key !== 'ArrowDown' || !event.altKey) return;
    event.preventDefault();
    event.stopPropagation();
    show(field, button);
  });
}

const nameOf = (field) => field.labels?.[0]?.textContent.trim().replace(/\s+/g, ' ') || field.getAttribute('aria-label') || 'fecha';

function show(field, button) {
  shared ??= build();
  shared.open(field, button);
}

// One calendar for the page. Arrows move a day, a week; AvPág a month; Enter chooses, Escape leaves.
function build() {
  const box = document.createElement('dialog');
  box.className = 'calendar';
  document.body.append(box);
  let field;
  let at;

  const turn = (months) => {
    const day = at.getDate();
    at.setDate(1);
    at.setMonth(at.getMonth() + months);
    at.setDate(Math.min(day, new Date(at.getFullYear(), at.getMonth() + 1, 0).getDate()));
    draw();
  };
  const move = (days) => {
    at.setDate(at.getDate() + days);
    draw();
  };
  const choose = (date) => {
    field.value = written(date);
    box.close();
    field.dispatchEvent(new Event('input', { bubbles: true }));
    field.dispatchEvent(new Event('change', { bubbles: true }));
  };

  function draw() {
    const title = document.createElement('h2');
    title.textContent = `${MONTHS[at.getMonth()]} de ${at.getFullYear()}`;
    title.setAttribute('aria-live', 'polite');
    const head = document.createElement('div');
    head.className = 'calendar-head';
    head.append(turner('‹', 'Mes anterior', -1), title, turner('›', 'Mes siguiente', 1));
    box.replaceChildren(head, days(), leave());
    box.querySelector('[data-at]').focus();
  }

  function turner(sign, label, months) {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = 'btn quiet small';
    made.setAttribute('aria-label', label);
    made.append(sign);
    made.addEventListener('click', () => turn(months));
    return made;
  }

  function days() {
    const table = document.createElement('table');
    const head = table.createTHead().insertRow();
    for (const [place, short] of DAYS.entries()) {
      const cell = document.createElement('th');
      cell.scope = 'col';
      cell.abbr = NAMES[place];
      cell.textContent = short;
      head.append(cell);
    }
    const body = table.createTBody();
    const day = new Date(at.getFullYear(), at.getMonth(), 1);
    day.setDate(1 - ((day.getDay() + 6) % 7));
    do {
      const row = body.insertRow();
      for (let place = 0; place < 7; place += 1, day.setDate(day.getDate() + 1)) row.insertCell().append(dayButton(new Date(day)));
    } while (day.getMonth() === at.getMonth());
    return table;
  }

  function dayButton(date) {
    const made = document.createElement('button');
    made.type = 'button';
    made.textContent = date.getDate();
    made.setAttribute('aria-label', `${NAMES[(date.getDay() + 6) % 7]} ${date.getDate()} de ${MONTHS[date.getMonth()]} de ${date.getFullYear()}`);
    const isAt = date.getTime() === at.getTime();
    made.tabIndex = isAt ? 0 : -1;
    made.toggleAttribute('data-at', isAt);
    made.toggleAttribute('data-other', date.getMonth() !== at.getMonth());
    if (read(field.value)?.getTime() === date.getTime()) made.setAttribute('aria-pressed', 'true');
    made.addEventListener('click', () => choose(date));
    return made;
  }

  function leave() {
    const made = document.createElement('button');
    made.type = 'button';
    made.className = 'btn quiet small';
    made.append('Cerrar');
    made.addEventListener('click', () => box.close());
    return made;
  }

  box.addEventListener('keydown', (event) => {
    const step = { ArrowLeft: -1, ArrowRight: 1, ArrowUp: -7, ArrowDown: 7 }[event.key];
    const page = { PageUp: -1, PageDown: 1 }[event.key];
    if (!step && !page) return;
    event.preventDefault();
    if (step) move(step);
    else turn(page);
  });

  return {
    open(forField, button) {
      field = forField;
      at = read(field.value) ?? new Date(new Date().setHours(0, 0, 0, 0));
      box.setAttribute('aria-label', `Calendario: ${nameOf(field)}`);
      box.showModal();
      draw();
      box.addEventListener('close', () => (field.isConnected ? field : button).focus(), { once: true });
    },
  };
}
