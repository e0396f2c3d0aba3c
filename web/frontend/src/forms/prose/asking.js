// A small question over the page: a title and its fields; gives what was answered, or nothing.

export function ask(title, fields, accept = 'Poner') {
  const dialog = document.createElement('dialog');
  dialog.className = 'asking';
  const form = document.createElement('form');
  form.method = 'dialog';
  const heading = document.createElement('h2');
  heading.textContent = title;
  form.append(heading);
  for (const { name, label, hint, ...rest } of fields) {
    const shown = document.createElement('label');
    const input = Object.assign(document.createElement('input'), { name, required: true, ...rest });
    shown.append(label, ' ');
    if (hint) {
      const small = document.createElement('small');
      small.textContent = hint;
      shown.append(small);
    }
    shown.append(input);
    form.append(shown);
  }
  const row = document.createElement('p');
  row.className = 'actions-row';
  row.append(press(accept, 'btn', 'si'), press('Cancelar', 'btn quiet', 'no'));
  form.append(row);
  dialog.append(form);
  document.body.append(dialog);
  return new Promise((resolve) => {
    dialog.addEventListener('close', () => {
      const answered = dialog.returnValue === 'si' ? new FormData(form) : null;
      dialog.remove();
      resolve(answered);
    }, { once: true });
    dialog.showModal();
  });
}

function press(words, kind, value) {
  const button = Object.assign(document.createElement('button'), { className: kind, value, textContent: words });
  button.formNoValidate = value === 'no';
  return button;
}
