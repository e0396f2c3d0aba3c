// What a section's text is made of: what the lines say, and nothing else. What is pasted is read into this.

import { Schema } from 'prosemirror-model';
import { tableNodes } from 'prosemirror-tables';

const heading = (level) => ({ tag: `h${level}`, attrs: { level: Math.min(Math.max(level - 1, 1), 2) } });

export const schema = new Schema({
  nodes: {
    doc: { content: 'block+' },
    paragraph: { group: 'block', content: 'inline*', parseDOM: [{ tag: 'p' }], toDOM: () => ['p', 0] },
    heading: {
      group: 'block', content: 'inline*', defining: true, attrs: { level: { default: 1 } },
      parseDOM: [1, 2, 3, 4, 5, 6].map(heading),
      toDOM: (node) => [`h${node.attrs.level + 2}`, 0],
    },
    bullet_list: { group: 'block', content: 'list_item+', parseDOM: [{ tag: 'ul' }], toDOM: () => ['ul', 0] },
    ordered_list: { group: 'block', content: 'list_item+', parseDOM: [{ tag: 'ol' }], toDOM: () => ['ol', 0] },
    list_item: { content: 'paragraph', defining: true, parseDOM: [{ tag: 'li' }], toDOM: () => ['li', 0] },
    picture: {
      group: 'block', atom: true, attrs: { name: {}, told: { default: '' }, address: { default: '' } },
      toDOM: ({ attrs }) => ['figure', attrs.address
        ? ['img', { src: attrs.address, alt: attrs.told }]
        : ['span', { class: 'muted' }, `Imagen ${attrs.name}`], ['figcaption', attrs.told || 'Sin texto alternativo']],
    },
    note: {
      group: 'inline', inline: true, atom: true, attrs: { text: {} },
      toDOM: ({ attrs }) => ['span', { class: 'footnote', title: attrs.text, 'aria-label': `Nota al pie: ${attrs.text}` }, 'nota'],
    },
    text: { group: 'inline' },
    ...tableNodes({ tableGroup: 'block', cellContent: 'paragraph', cellAttributes: {} }),
  },
});
