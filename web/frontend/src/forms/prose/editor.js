// A text area whose lines say subheadings, lists, tables, pictures and notes, written without seeing them. The text area
// keeps the lines and travels with the form; whoever wants the lines themselves presses «Ver los renglones».

import { baseKeymap, setBlockType } from 'prosemirror-commands';
import { gapCursor } from 'prosemirror-gapcursor';
import { history, redo, undo } from 'prosemirror-history';
import { inputRules, textblockTypeInputRule, wrappingInputRule } from 'prosemirror-inputrules';
import { keymap } from 'prosemirror-keymap';
import { liftListItem, splitListItem, wrapInList } from 'prosemirror-schema-list';
import { EditorState, NodeSelection, TextSelection } from 'prosemirror-state';
import { addColumnAfter, addRowAfter, deleteColumn, deleteRow, deleteTable, goToNextCell, isInTable, tableEditing } from 'prosemirror-tables';
import { EditorView } from 'prosemirror-view';

import { button } from '../buttons.js';
import { ask } from './asking.js';
import { read, written } from './notation.js';
import { schema } from './schema.js';

const { nodes } = schema;
const MOST_MB = 5;

export function edit(area) {
  const form = area.form;
  const files = form.elements[area.dataset.pictures];
  const picker = files?.length ? [...files].find((one) => one.type === 'file') : files;
  const host = document.createElement('div');
  host.className = 'prose-editor';
  const bar = document.createElement('div');
  bar.setAttribute('role', 'toolbar');
  bar.setAttribute('aria-label', 'Formato del texto');
  host.append(bar);
  area.after(host);

  const label = form.querySelector(`label[for="${area.id}"]`);
  if (label && !label.id) label.id = `${area.id}-nombre`;
  const view = new EditorView(host, {
    state: stateOf(area.value),
    attributes: {
      role: 'textbox', 'aria-multiline': 'true', class: 'prose-page',
      ...(label ? { 'aria-labelledby': label.id } : {}),
      ...(area.getAttribute('aria-describedby') ? { 'aria-describedby': area.getAttribute('aria-describedby') } : {}),
      ...(area.getAttribute('aria-invalid') ? { 'aria-invalid': 'true' } : {}),
      ...(area.getAttribute('aria-required') ? { 'aria-required': 'true' } : {}),
    },
    dispatchTransaction(change) {
      view.updateState(view.state.apply(change));
      if (change.docChanged) {
        area.value = written(view.state.doc);
        area.dispatchEvent(new Event('input', { bubbles: true }));
      }
      mark();
    },
  });
  label?.addEventListener('click', () => view.focus());

  function stateOf(text) {
    return EditorState.create({
      doc: read(text, addressOf),
      plugins: [
        history(),
        inputRules({ rules: [
          textblockTypeInputRule(/^(#{2,3})\s$/, nodes.heading, (match) => ({ level: match[1].length - 1 })),
          wrappingInputRule(/^\s*[-*]\s$/, nodes.bullet_list),
          wrappingInputRule(/^1[.)]\s$/, nodes.ordered_list),
        ] }),
        keymap({
          'Mod-z': undo, 'Mod-y': redo, 'Shift-Mod-z': redo, Enter: splitListItem(nodes.list_item),
          'Mod-Alt-0': block(nodes.paragraph), 'Mod-Alt-2': block(nodes.heading, { level: 1 }),
          'Mod-Alt-3': block(nodes.heading, { level: 2 }),
        }),
        // Tab moves in a table; elsewhere it leaves the text, as in every field.
        keymap({ Tab: goToNextCell(1), 'Shift-Tab': goToNextCell(-1) }),
        keymap(baseKeymap),
        gapCursor(),
        tableEditing(),
      ],
    });
  }

  function addressOf(name) {
    const link = [...form.querySelectorAll('ul.files a')].find((one) => one.textContent.trim() === name);
    return link?.href.replace(/\/ver$/, '') ?? ''; // a link leads to the page that shows the file
  }

  const does = (command) => () => {
    command(view.state, view.dispatch, view);
    view.focus();
  };
  const controls = [
    ['Párrafo', block(nodes.paragraph), () => within(nodes.paragraph) && !listed()],
    ['Subtítulo', block(nodes.heading, { level: 1 }), () => within(nodes.heading, 1)],
    ['Subtítulo menor', block(nodes.heading, { level: 2 }), () => within(nodes.heading, 2)],
    ['Lista', list(nodes.bullet_list), () => listed() === nodes.bullet_list],
    ['Lista numerada', list(nodes.ordered_list), () => listed() === nodes.ordered_list],
    ['Tabla', putTable],
    ['Imagen…', () => picture()],
    ['Nota al pie…', () => footnote()],
    ['Deshacer', undo],
    ['Rehacer', redo],
  ].map(([words, command, isOn]) => ({ made: tool(bar, words, does(command)), isOn }));
  const ofTable = [
    ['Fila debajo', addRowAfter], ['Columna a la derecha', addColumnAfter], ['Quitar fila', deleteRow],
    ['Quitar columna', deleteColumn], ['Quitar tabla', deleteTable],
  ].map(([words, command]) => tool(bar, words, does(command)));
  const lines = tool(bar, 'Ver los renglones', () => {
    const typed = !area.hidden;
    area.hidden = typed;
    view.dom.hidden = !typed;
    lines.textContent = typed ? 'Ver los renglones' : 'Ver el texto';
    if (typed) view.updateState(stateOf(area.value));
    for (const one of bar.querySelectorAll('button')) if (one !== lines) one.disabled = !typed;
    mark();
    (typed ? view : area).focus();
  });
  withArrows(bar);
  area.hidden = true;
  mark();

  function mark() {
    for (const { made, isOn } of controls) if (isOn) made.setAttribute('aria-pressed', String(Boolean(isOn())));
    for (const one of ofTable) one.hidden = !isInTable(view.state);
  }

  function within(type, level) {
    const { parent } = view.state.selection.$from;
    return parent.type === type && (level === undefined || parent.attrs.level === level);
  }

  function listed() {
    const { $from } = view.state.selection;
    return $from.depth > 1 && $from.node(-1).type === nodes.list_item ? $from.node(-2).type : null;
  }

  function list(type) {
    return (state, dispatch) => {
      const inside = listed();
      if (inside === type) return liftListItem(nodes.list_item)(state, dispatch);
      if (!inside) return wrapInList(type)(state, dispatch);
      const { $from } = state.selection;
      dispatch(state.tr.setNodeMarkup($from.before(-2), type));
      return true;
    };
  }

  async function footnote() {
    const { selection } = view.state;
    const known = selection instanceof NodeSelection && selection.node.type === nodes.note ? selection.node.attrs.text : '';
    const answered = await ask('Nota al pie', [{ name: 'texto', label: 'Lo que dice', value: known, maxLength: 1000 }]);
    if (answered) view.dispatch(view.state.tr.replaceSelectionWith(nodes.note.create({ text: answered.get('texto').trim() })));
    view.focus();
  }

  async function picture() {
    const { selection } = view.state;
    const known = selection instanceof NodeSelection && selection.node.type === nodes.picture ? selection.node : null;
    const told = {
      name: 'dice', label: 'Qué muestra', hint: 'Lo lee quien no puede verla; es también su pie.', maxLength: 300,
      value: known?.attrs.told ?? '',
    };
    const file = { name: 'imagen', label: 'Imagen', hint: `PNG o JPG, hasta ${MOST_MB} MB.`, type: 'file', accept: 'image/png,image/jpeg' };
    const answered = await ask('Imagen', known ? [told] : [file, told]);
    if (answered) {
      const words = answered.get('dice').trim();
      if (known) view.dispatch(view.state.tr.setNodeMarkup(selection.from, null, { ...known.attrs, told: words }));
      else await put(answered.get('imagen'), words);
    }
    view.focus();
  }

  // The picture travels as one of the section's files; the text says its name.
  async function put(chosen, told) {
    if (!picker || !/^image\/(png|jpeg)$/.test(chosen.type) || chosen.size > MOST_MB * 1048576) {
      await ask(`La imagen debe ser PNG o JPG y pesar hasta ${MOST_MB} MB.`, [], 'Entendido');
      return;
    }
    const file = new File([chosen], nameOf(chosen), { type: chosen.type });
    const given = new DataTransfer();
    given.items.add(file);
    picker.files = given.files;
    picker.dispatchEvent(new Event('change', { bubbles: true }));
    const address = await asAddress(file);
    view.dispatch(view.state.tr.replaceSelectionWith(nodes.picture.create({ name: file.name, told, address })));
  }

  function nameOf(file) {
    const suffix = file.type === 'image/png' ? '.png' : '.jpg';
    const plain = file.name.replace(/\.[^.]*$/, '').normalize('NFKD').replace(/[^\w-]+/g, '-').replace(/^-+|-+$/g, '').toLowerCase();
    const taken = new Set([...form.querySelectorAll('ul.files a')].map((one) => one.textContent.trim()));
    for (let number = 1; ; number++) {
      const name = `${plain.slice(0, 60) || 'imagen'}${number > 1 ? `-${number}` : ''}${suffix}`;
      if (!taken.has(name)) return name;
    }
  }
  return view;
}

function block(type, attrs) {
  return setBlockType(type, attrs);
}

function putTable(state, dispatch) {
  if (isInTable(state)) return false;
  const row = (kind) => nodes.table_row.create(null, [0, 1, 2].map(() => kind.createAndFill()));
  const table = nodes.table.create(null, [row(nodes.table_header), row(nodes.table_cell), row(nodes.table_cell)]);
  const change = state.tr.replaceSelectionWith(table);
  const place = change.mapping.map(state.selection.from, -1);
  dispatch(change.setSelection(TextSelection.near(change.doc.resolve(Math.min(place + 1, change.doc.content.size)))).scrollIntoView());
  return true;
}

function tool(bar, words, press) {
  const made = button(words, press);
  made.type = 'button';
  made.addEventListener('mousedown', (event) => event.preventDefault()); // the text keeps its selection
  bar.append(made);
  return made;
}

// One stop for Tab, and arrows between the buttons, as toolbars are used.
function withArrows(bar) {
  const shown = () => [...bar.querySelectorAll('button')].filter((one) => !one.hidden && !one.disabled);
  const only = (one) => bar.querySelectorAll('button').forEach((other) => (other.tabIndex = other === one ? 0 : -1));
  only(shown()[0]);
  bar.addEventListener('keydown', (event) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (!step) return;
    const all = shown();
    const next = all[(all.indexOf(document.activeElement) + step + all.length) % all.length];
    only(next);
    next.focus();
    event.preventDefault();
  });
}

function asAddress(file) {
  return new Promise((resolve) => {
    const reader = new FileReader();
    reader.addEventListener('load', () => resolve(reader.result));
    reader.readAsDataURL(file);
  });
}
