// What a task's form gains with scripts: drafts saved as one types, files that travel as soon as they are chosen, rows
// without a round trip, fields that are not asked out of sight. Everything works without it; the server decides what is
// asked and what it would give.

import { askBeforeLeaving, forget } from './forms/copies.js';
import { uploadOnChoosing } from './forms/files.js';
import { judging } from './forms/judging.js';
import { enhanceRows, followOwnRows } from './forms/rows.js';
import { pasteBlocks } from './forms/pasting.js';
import { bringLate, saveWhileTyping } from './forms/saving.js';
import { sameAsBefore, sheets } from './forms/sheet.js';

for (const form of document.querySelectorAll('form[data-form]')) {
  form.classList.add('scripted');
  enhanceRows(form);
  followOwnRows(form);
  const save = form.dataset.draft ? saveWhileTyping(form) : () => {};
  const changed = (fields) => {
    for (const field of fields) field.dispatchEvent(new Event('input', { bubbles: true }));
  };
  sheets(form);
  judging(form);
  sameAsBefore(form, changed);
  pasteBlocks(form, changed);
  if (form.dataset.files) uploadOnChoosing(form, save);
  guardAgainstTwice(form);
  const written = form.querySelectorAll('textarea[data-prose]');
  if (written.length) import('./forms/prose/editor.js').then(({ edit }) => written.forEach(edit));
}
for (const { dataset } of document.querySelectorAll('[data-forget]')) forget(...dataset.forget.split(' '));
for (const place of document.querySelectorAll('[data-late]')) bringLate(place);
askBeforeLeaving();
document.getElementById('errores')?.focus();

// A second press while the first travels would only bring an error.
function guardAgainstTwice(form) {
  form.addEventListener('submit', (event) => {
    if (form.dataset.sending) event.preventDefault();
    form.dataset.sending = 'yes';
    window.addEventListener('pageshow', () => delete form.dataset.sending, { once: true });
  });
}
