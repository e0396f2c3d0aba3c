// Whoever judges rows sees the files beside them, one after the other, and decides with a key.

import { areLettersOff, isWriting } from '../page/keys.js';
import { button } from './buttons.js';

export function judging(form) {
  const rows = [...form.querySelectorAll('.judged-row')];
  const links = [...document.querySelectorAll('main a[data-look]')];
  const pane = links.length ? lookingPane(links) : null;
  decideTheRest(form);
  if (!rows.length) return;
  let current = null;
  const at = (row) => {
    current?.classList.remove('current');
    current = row;
    current?.classList.add('current');
  };
  form.addEventListener('focusin', ({ target }) => target.closest('.judged-row') && at(target.closest('.judged-row')));
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || areLettersOff() || isWriting(event.target)) return;
    const row = current ?? rows[0];
    if (event.key === 'a' || event.key === 'd') decide(row, event.key === 'a' ? 0 : 1, event);
    else if (event.key === 'j' || event.key === 'k') go(rows[Math.min(rows.length - 1, Math.max(0, rows.indexOf(current) + (event.key === 'j' ? 1 : -1)))]);
    else if (event.key === 'v') row.querySelector('a[data-look]')?.click();
    else if (event.key === ']') pane?.turn(1);
    else if (event.key === '[') pane?.turn(-1);
  });
  const go = (row) => {
    at(row);
    row.querySelector('input[type=radio]')?.focus({ preventScroll: true });
    row.scrollIntoView({ block: 'center' });
  };
  function decide(row, option, event) {
    const choice = row.querySelectorAll('input[type=radio]')[option];
    if (!choice) return;
    event.preventDefault();
    at(row);
    choice.click();
    choice.focus({ preventScroll: true });
  }
}

// *Aceptar las demás* without a round trip: the first option for the rows in which nothing was chosen.
function decideTheRest(form) {
  for (const rest of form.querySelectorAll('button[data-rest]')) {
    rest.addEventListener('click', (event) => {
      event.preventDefault();
      const chosen = new Set([...form.querySelectorAll('input[type=radio]:checked')].map(({ name }) => name));
      for (const radio of form.querySelectorAll(`input[type=radio][name$="-${rest.dataset.rest}"]`)) {
        if (chosen.has(radio.name)) continue;
        chosen.add(radio.name);
        radio.checked = true;
      }
      form.dispatchEvent(new Event('input', { bubbles: true }));
    });
  }
}

function lookingPane(links) {
  const pane = document.createElement('aside');
  pane.className = 'look';
  pane.setAttribute('aria-label', 'Soporte');
  const title = document.createElement('h2');
  title.tabIndex = -1;
  const count = document.createElement('span');
  count.className = 'muted';
  const download = document.createElement('a');
  download.textContent = 'Descargar';
  const body = document.createElement('div');
  body.className = 'preview';
  body.tabIndex = 0;
  const head = document.createElement('header');
  let present = 0;
  let from = null;
  const close = () => {
    document.body.classList.remove('looking');
    from?.focus();
  };
  const turn = (step) => links[present + step] && show(present + step);
  head.append(title, button('‹ Anterior', () => turn(-1)), count, button('Siguiente ›', () => turn(1)), download, button('Cerrar', close));
  pane.append(head, body);
  document.body.append(pane);

  async function show(place) {
    present = place;
    const link = links[place];
    const row = link.closest('[data-row]')?.querySelector('.title')?.textContent.trim();
    title.textContent = row ? `${row} · ${link.textContent}` : link.textContent;
    count.textContent = `${place + 1} de ${links.length}`;
    body.textContent = 'Abriendo…';
    document.body.classList.add('looking');
    link.scrollIntoView({ block: 'nearest' });
    try {
      const answer = await fetch(link.href);
      const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
      if (present !== place) return;
      const held = page.querySelector('[data-preview]');
      download.href = page.querySelector('.lead a')?.href ?? link.href;
      body.replaceChildren(...(held ? document.importNode(held, true).childNodes : ['No se pudo abrir. Descárguelo.']));
    } catch {
      body.textContent = 'No hay conexión: inténtelo otra vez.';
    }
  }

  links.forEach((link, place) => link.addEventListener('click', (event) => {
    if (event.ctrlKey || event.metaKey || event.shiftKey) return;
    event.preventDefault();
    from = link;
    show(place).then(() => title.focus({ preventScroll: true }));
  }));
  pane.addEventListener('keydown', (event) => event.key === 'Escape' && close());
  return { turn: (step) => document.body.classList.contains('looking') && turn(step) };
}
