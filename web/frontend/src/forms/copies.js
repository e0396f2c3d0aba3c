// What a person typed and the server does not have yet, kept in this browser under their name and the page's.

const PREFIX = 'cauce:borrador:';
const named = (user, page) => `${PREFIX}${user}:${page}`;

// What a form would send as a draft: files travel by themselves, and leave their number.
export function fields(form) {
  const data = new FormData(form);
  for (const input of form.querySelectorAll('input[type=file]')) {
    data.delete(input.name);
    for (const held of form.querySelectorAll(`input[type=hidden][name="${input.name}"]`)) data.append(held.name, held.value);
  }
  return [...data];
}

// Of the form's pairs, those of its fields: not what the page needs to be taken for itself.
export const isTyped = ([name]) => !name.startsWith('_') && name !== 'csrf_token';

export function keepCopy(user, page, form) {
  keep(user, page, { fields: fields(form).filter(isTyped) });
}

// Whether it is kept: a browser may keep nothing, or no more. The server still does.
export function keep(user, page, content) {
  try {
    localStorage.setItem(named(user, page), JSON.stringify({ at: Date.now(), ...content }));
    return true;
  } catch {
    return false;
  }
}

export const when = (copy) => new Date(copy.at).toLocaleString('es-CO', { dateStyle: 'medium', timeStyle: 'short' });

export function kept(user, page) {
  try {
    return JSON.parse(localStorage.getItem(named(user, page)));
  } catch {
    return null;
  }
}

export function forget(user, page) {
  try {
    localStorage.removeItem(named(user, page));
  } catch {
    // Nothing is kept there.
  }
}

// Whoever signs out leaves nothing behind on a shared machine without knowing it.
export function askBeforeLeaving() {
  for (const form of document.querySelectorAll('form[data-signs-out]')) {
    form.addEventListener('submit', (event) => {
      const left = Object.keys(localStorage).filter((key) => key.startsWith(`${PREFIX}${form.dataset.signsOut}:`));
      if (!left.length) return;
      const what = left.length === 1 ? 'algo que escribió o dibujó' : `${left.length} cosas que escribió o dibujó`;
      if (confirm(`En este navegador hay ${what} y no alcanzó a guardar. Si sale, se borra. ¿Salir y borrarlo?`)) {
        for (const key of left) localStorage.removeItem(key);
      } else event.preventDefault();
    });
  }
}
