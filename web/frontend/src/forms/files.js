// A file travels as soon as it is chosen, and stays in the draft: nobody uploads it twice, nothing waits for *Enviar*.

import { button } from './buttons.js';
import { renewToken, signIn } from './saving.js';
import { showRowOf } from './sheet.js';

export function uploadOnChoosing(form, save) {
  const travelling = new Set();
  const status = form.querySelector('[data-saved]');

  form.addEventListener('change', ({ target: input }) => {
    if (input.type !== 'file') return;
    for (const file of input.files) begin(input, file);
    input.value = '';
  });
  form.addEventListener('click', (event) => {
    const button = event.target.closest('button[data-remove-file]');
    if (!button) return;
    const item = button.closest('li');
    const next = item.parentElement.nextElementSibling;
    item.remove();
    next?.focus();
    save();
  });
  for (const box of form.querySelectorAll('ul.files input[type=checkbox]')) withButton(box);
  // What still travels is waited for; what failed is told, not left out in silence.
  form.addEventListener('submit', (event) => {
    const failed = form.querySelector('ul.files li.wrong');
    if (failed) {
      event.preventDefault();
      event.stopImmediatePropagation();
      status.textContent = 'Hay un archivo que no se cargó: cárguelo otra vez o quítelo.';
      showRowOf(failed);
      failed.querySelector('button')?.focus();
    } else if (travelling.size) {
      event.preventDefault();
      event.stopImmediatePropagation();
      status.textContent = 'Se envía cuando terminen de cargarse los archivos…';
      const pressed = event.submitter;
      Promise.allSettled(travelling).then(() => form.requestSubmit(pressed));
    }
  });

  // A file that has not arrived is in this page alone.
  window.addEventListener('beforeunload', (event) => (travelling.size || form.querySelector('ul.files li.wrong')) && event.preventDefault());

  function begin(input, file) {
    const item = document.createElement('li');
    listOf(input).append(item);
    const tooLarge = file.size > Number(form.dataset.limit);
    if (tooLarge) fail(item, file, `pesa ${Math.ceil(file.size / 1048576)} MB y el límite son ${form.dataset.limit / 1048576}. Redúzcalo o pártalo.`);
    else {
      const travel = upload(input, file, item).finally(() => travelling.delete(travel));
      travelling.add(travel);
    }
  }

  async function upload(input, file, item) {
    const bar = document.createElement('progress');
    bar.max = 1;
    bar.setAttribute('aria-label', `Cargando ${file.name}`);
    item.className = '';
    item.replaceChildren(file.name, ' ', bar);
    try {
      const arrives = (part) => (bar.value = part);
      const kept = await travel(input, file, arrives).catch(async (failure) => {
        // After signing in again, in another window, this page carries the token of the session that ended.
        if (failure.status === 400 && (await renewToken(form))) return travel(input, file, arrives);
        throw failure;
      });
      item.replaceChildren(...loaded(input.name, kept));
      status.textContent = `«${kept.nombre}» se cargó.`;
      await save();
    } catch (failure) {
      const retry = () => upload(input, file, item);
      const again = button('Reintentar', retry);
      if (failure.status === 401) fail(item, file, 'no se cargó: su sesión terminó.', signIn(), ' ', again, ' ');
      else if (failure.sentence) fail(item, file, failure.sentence);
      else {
        fail(item, file, 'no se cargó: no hay conexión. Se carga al volver.', again, ' ');
        window.addEventListener('online', () => item.isConnected && item.className === 'wrong' && retry(), { once: true });
      }
    }
  }

  function travel(input, file, progress) {
    const data = new FormData();
    data.append('campo', input.name);
    data.append('csrf_token', form.elements.csrf_token.value);
    data.append('archivo', file);
    return new Promise((resolve, reject) => {
      const request = new XMLHttpRequest();
      request.open('POST', form.dataset.files);
      request.setRequestHeader('Accept', 'application/json');
      request.responseType = 'json';
      request.upload.addEventListener('progress', ({ loaded: sent, total }) => progress(total ? sent / total : 0));
      request.addEventListener('load', () => {
        if (request.status === 201) resolve(request.response);
        else reject({ status: request.status, sentence: request.response?.mensaje ?? 'no se cargó.' });
      });
      request.addEventListener('error', () => reject({}));
      request.send(data);
    });
  }

  function fail(item, file, sentence, ...again) {
    item.className = 'wrong';
    const told = document.createElement('span');
    told.className = 'error';
    told.setAttribute('role', 'alert');
    told.textContent = sentence.includes(file.name) ? sentence : `«${file.name}» ${sentence}`;
    item.replaceChildren(told, ' ', ...again, remover(file.name));
  }
}

// The list of a field's files stands before it; the first file makes it.
function listOf(input) {
  const before = input.previousElementSibling;
  if (before?.matches('ul.files')) return before;
  const list = document.createElement('ul');
  list.className = 'files';
  input.before(list);
  return list;
}

function loaded(name, { id, nombre, tamano, direccion }) {
  const number = document.createElement('input');
  number.type = 'hidden';
  number.name = name;
  number.value = id;
  const link = document.createElement('a');
  link.href = direccion;
  link.textContent = nombre;
  const size = document.createElement('span');
  size.className = 'muted';
  size.textContent = `${Math.max(1, Math.floor(tamano / 1024)).toLocaleString('es-CO')} kB`;
  return [number, link, ' ', size, ' ', remover(nombre)];
}

function withButton(box) {
  const name = box.closest('li').querySelector('a')?.textContent ?? '';
  box.closest('label').replaceWith(remover(name));
}

function remover(name) {
  const made = button('Quitar', () => {});
  made.dataset.removeFile = 'yes';
  const which = document.createElement('span');
  which.className = 'of-row';
  which.textContent = ` ${name}`;
  made.append(which);
  return made;
}
