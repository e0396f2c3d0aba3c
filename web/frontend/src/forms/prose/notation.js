// The lines of a section's text and the document they say, both ways: as workflows/documents/prose.py reads them.

import { schema } from './schema.js';

const PICTURE = /^!\[([^\]]*)\]\(([^()]+)\)$/;
const HEADING = /^(#{2,6})\s+(\S.*)$/;
const BULLET = /^[-*•]\s+(\S.*)$/;
const NUMBER = /^\d{1,2}[.)]\s+(\S.*)$/;
const RULE = /^[\s|:-]+$/;
const NOTE = /\^\[([^[\]]+)\]/g;

const { nodes } = schema;

// `addressOf` tells where the picture of a name is seen.
export function read(text, addressOf = () => '') {
  const blocks = [];
  let open = null; // the list or table that the line before belongs to
  for (const line of text.split('\n').map((one) => one.trim()).filter(Boolean)) {
    let found;
    if (line.length > 1 && line.startsWith('|') && line.endsWith('|')) {
      if (open?.kind !== 'table') blocks.push((open = { kind: 'table', rows: [] }));
      if (!RULE.test(line)) open.rows.push(line.slice(1, -1).split('|').map((cell) => cell.trim()));
    } else if ((found = PICTURE.exec(line))) {
      open = null;
      const name = found[2].trim();
      blocks.push(nodes.picture.create({ name, told: found[1].trim(), address: addressOf(name) }));
    } else if ((found = HEADING.exec(line))) {
      open = null;
      blocks.push(nodes.heading.create({ level: Math.min(found[1].length - 1, 2) }, inline(found[2])));
    } else if ((found = BULLET.exec(line) ?? NUMBER.exec(line))) {
      const kind = /^\d/.test(line) ? 'ordered_list' : 'bullet_list';
      if (open?.kind !== kind) blocks.push((open = { kind, items: [] }));
      open.items.push(found[1]);
    } else {
      open = null;
      blocks.push(nodes.paragraph.create(null, inline(line)));
    }
  }
  const whole = blocks.map(built).filter(Boolean);
  return nodes.doc.create(null, whole.length ? whole : [nodes.paragraph.create()]);
}

function built(block) {
  if (block.items) return nodes[block.kind].create(null, block.items.map((item) => nodes.list_item.create(null, paragraph(item))));
  if (!block.rows) return block;
  const width = Math.max(0, ...block.rows.map((row) => row.length));
  if (!width) return null;
  return nodes.table.create(null, block.rows.map((row, place) => nodes.table_row.create(null, Array.from(
    { length: width },
    (_, column) => nodes[place ? 'table_cell' : 'table_header'].create(null, paragraph(row[column] ?? '')),
  ))));
}

function paragraph(text) {
  return nodes.paragraph.create(null, inline(text));
}

function inline(text) {
  const found = [];
  let place = 0;
  for (const match of text.matchAll(NOTE)) {
    if (match.index > place) found.push(schema.text(text.slice(place, match.index)));
    found.push(nodes.note.create({ text: match[1].trim() }));
    place = match.index + match[0].length;
  }
  if (place < text.length) found.push(schema.text(text.slice(place)));
  return found;
}

export function written(doc) {
  const blocks = [];
  doc.forEach((block) => {
    const lines = [...linesOf(block)].filter(Boolean);
    if (lines.length) blocks.push(lines.join('\n'));
  });
  return blocks.join('\n\n');
}

function* linesOf(block) {
  const { name } = block.type;
  if (name === 'heading') {
    const said = words(block);
    yield said && `${'#'.repeat(block.attrs.level + 1)} ${said}`;
  } else if (name === 'picture') yield `![${clean(block.attrs.told)}](${block.attrs.name})`;
  else if (name === 'table') yield* rowsOf(block);
  else if (name.endsWith('_list')) {
    const items = children(block).map(words).filter(Boolean);
    yield* items.map((item, place) => (name === 'ordered_list' ? `${place + 1}. ${item}` : `- ${item}`));
  } else yield words(block);
}

function* rowsOf(table) {
  const rows = children(table).map((row) => children(row).map((cell) => words(cell).replaceAll('|', '/')));
  const width = Math.max(...rows.map((row) => row.length));
  for (const [place, row] of rows.entries()) {
    yield `| ${[...row, ...Array(width - row.length).fill('')].join(' | ')} |`;
    if (place === 0) yield `|${'---|'.repeat(width)}`;
  }
}

function children(node) {
  const found = [];
  node.forEach((child) => found.push(child));
  return found;
}

function words(node) {
  let said = '';
  node.descendants((child) => {
    if (child.isText) said += child.text;
    else if (child.type.name === 'note') said += `^[${clean(child.attrs.text)}]`;
  });
  return said.replace(/\s+/g, ' ').trim();
}

function clean(text) {
  return text.replace(/\s+/g, ' ').trim().replaceAll('[', '(').replaceAll(']', ')');
}
