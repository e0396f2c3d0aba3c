// Rows of a table are added and removed without a round trip.

export function enhanceRows(form) {
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
export function followOwnRows(form) {
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
