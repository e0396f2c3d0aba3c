// The keys of every page. Letters alone act only where nobody writes, and can be switched off (WCAG 2.1.4).

const OFF = 'cauce:sin-letras';
const PLACES = { b: '/bandeja', s: '/seguimiento', p: '/plan/', c: '/ciclo', a: '/ayuda/' };
const WRITES = 'input:not([type=checkbox]):not([type=radio]):not([type=file]), textarea, select, [contenteditable]';

let afterG = false;

export const areLettersOff = () => localStorage.getItem(OFF) === 'yes';
export const isWriting = (target) => target instanceof Element && target.closest(WRITES) !== null;

export function keys() {
  const sheet = document.getElementById('atajos');
  const show = () => sheet?.open || sheet?.showModal();
  sheet?.querySelector('[data-close]').addEventListener('click', () => sheet.close());
  for (const button of document.querySelectorAll('button[data-keys]')) {
    button.addEventListener('click', () => {
      button.closest('details').open = false;
      show();
    });
  }
  for (const box of document.querySelectorAll('input[data-letters]')) {
    box.checked = !areLettersOff();
    box.addEventListener('change', () => (box.checked ? localStorage.removeItem(OFF) : localStorage.setItem(OFF, 'yes')));
  }
  document.addEventListener('keydown', (event) => {
    if (event.ctrlKey || event.metaKey || event.altKey || event.defaultPrevented) return;
    if (areLettersOff() || isWriting(event.target) || sheet?.open) return;
    if (event.key === '?') show();
    else if (event.key === '/') find(event);
    else if (afterG && PLACES[event.key]) go(PLACES[event.key]);
    else if (event.key === 'j' || event.key === 'k') move(event.key === 'j' ? 1 : -1);
    afterG = event.key === 'g';
  });
}

function find(event) {
  const field = document.querySelector('input[type=search]');
  if (!field) return;
  event.preventDefault();
  field.focus();
}

// Only what this person's own menu offers.
function go(path) {
  const link = [...document.querySelectorAll('header a')].find((one) => one.pathname === path || `${one.pathname}/` === path);
  if (link) location.assign(link.href);
}

// From one task of a list to the next.
function move(step) {
  const links = [...document.querySelectorAll('.tasks a.name')];
  if (!links.length) return;
  const at = links.indexOf(document.activeElement);
  links[Math.min(links.length - 1, Math.max(0, at + step))].focus();
}
