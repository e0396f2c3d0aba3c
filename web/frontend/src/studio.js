// What the studio's ordinary pages gain with scripts: menus that follow what was chosen without pressing a button, and
// fields moved by Alt and the arrows. Everything works without it.

const STEP = /(_paso|^_opcion)$/;

for (const form of document.querySelectorAll('form[data-swap]')) follow(form);
moveByKeys(document.querySelector('.outline'));

// The server says what fits; only the form itself is replaced, and whoever stands in a field of it stays there.
function follow(form) {
  form.classList.add('scripted');
  form.addEventListener('change', ({ target }) => {
    if (target.matches('[data-refresh]')) ask(form, [...form.querySelectorAll('.menus-refresh')].find((one) => near(one, target)), target.id);
  });
  form.addEventListener('click', (event) => {
    const button = event.target.closest('button[name]');
    if (!button || !STEP.test(button.name)) return;
    event.preventDefault();
    ask(form, button, '');
  });
}

function near(button, target) {
  return (target.closest('[data-menus]') ?? target.form).contains(button);
}

async function ask(form, button, focused) {
  const data = new FormData(form);
  data.append(button.name, button.value);
  const answer = await fetch(form.action || location.href, { method: 'POST', body: data, credentials: 'same-origin' }).catch(() => null);
  if (!answer?.ok) return form.requestSubmit(button);
  const page = new DOMParser().parseFromString(await answer.text(), 'text/html');
  const fresh = document.importNode(page.querySelector(`form[data-swap]#${form.id}`) ?? page.querySelector('form[data-swap]'), true);
  form.replaceWith(fresh);
  follow(fresh);
  (document.getElementById(focused) ?? lastEmpty(fresh, button))?.focus();
}

// After «+ …»: the line that is new.
function lastEmpty(form, button) {
  const fields = form.querySelectorAll(button.name === '_opcion' ? '.options input:not([type=hidden])' : '[data-menus] select[id]');
  return [...fields].reverse().find((one) => !one.value) ?? fields[fields.length - 1] ?? form.querySelector('button');
}

function moveByKeys(outline) {
  outline?.addEventListener('keydown', (event) => {
    const way = { ArrowUp: 'up', ArrowDown: 'down' }[event.key];
    const row = event.target.closest('.outline-row');
    const button = event.altKey && way && row?.querySelector(`[data-move=${way}]`);
    if (!button || button.disabled) return;
    event.preventDefault();
    button.form.requestSubmit(button);
  });
  const moved = location.hash.startsWith('#campo-') && document.getElementById(decodeURIComponent(location.hash.slice(1)));
  moved?.focus?.();
}
