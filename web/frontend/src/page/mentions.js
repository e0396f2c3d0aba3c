// `@` in a question offers who may be named there; what is typed after it narrows the list. Without it one types the name.

import { released } from '../shared/presses.js';

const TYPED = /(?:^|\s)@([\p{L}\d._-]*)$/u;
const MOST = 8;
const plain = (text) => text.normalize('NFD').replace(/\p{M}/gu, '').toLowerCase();

let made = 0;

export function mentions() {
  for (const place of document.querySelectorAll('[data-people]')) {
    let asked;
    const people = () => (asked ??= fetch(place.dataset.people, { headers: { Accept: 'application/json' } }).then((answer) => (answer.ok ? answer.json() : [])).catch(() => []));
    for (const field of place.querySelectorAll('textarea[name=texto]')) offer(field, people);
  }
}

function offer(field, people) {
  const list = document.createElement('ul');
  list.className = 'mentions';
  list.id = `menciones-${(made += 1)}`;
  list.setAttribute('role', 'listbox');
  list.setAttribute('aria-label', 'Personas');
  list.hidden = true;
  field.after(list);
  field.setAttribute('aria-controls', list.id);
  field.setAttribute('aria-autocomplete', 'list');
  let at = 0;

  const close = () => {
    list.hidden = true;
    field.removeAttribute('aria-activedescendant');
  };
  const mark = () => {
    [...list.children].forEach((one, place) => one.setAttribute('aria-selected', String(place === at)));
    field.setAttribute('aria-activedescendant', list.children[at].id);
  };
  const written = () => TYPED.exec(field.value.slice(0, field.selectionStart))?.[1];
  const choose = (username) => {
    const end = field.selectionStart;
    field.setRangeText(`${username} `, end - written().length, end, 'end');
    close();
    field.focus();
  };

  field.addEventListener('input', async () => {
    if (written() === undefined) return close();
    const all = await people();
    const word = written();
    if (word === undefined) return close();
    const found = all.filter(({ usuario, nombre }) => usuario.startsWith(word.toLowerCase()) || plain(nombre).split(' ').some((part) => part.startsWith(plain(word))));
    list.replaceChildren(...found.slice(0, MOST).map(({ usuario, nombre }, place) => {
      const item = document.createElement('li');
      item.id = `${list.id}-${place}`;
      item.setAttribute('role', 'option');
      item.textContent = `${nombre} · @${usuario}`;
      item.addEventListener('pointerdown', (event) => {
        event.preventDefault();
        choose(usuario);
      });
      item.dataset.username = usuario;
      return item;
    }));
    if (!list.children.length || found[0].usuario === word.toLowerCase()) return close();
    list.hidden = false;
    at = 0;
    mark();
  });
  field.addEventListener('keydown', (event) => {
    if (list.hidden) return;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step) {
      at = (at + step + list.children.length) % list.children.length;
      mark();
    } else if (event.key === 'Enter' || event.key === 'Tab') choose(list.children[at].dataset.username);
    else if (event.key === 'Escape') close();
    else return;
    event.preventDefault();
    event.stopPropagation();
  });
  field.addEventListener('blur', () => released().then(close)); // the list gone, all below it moves up
}
