// A small button of our own.

export function button(label, act) {
  const made = document.createElement('button');
  made.type = 'button';
  made.className = 'btn quiet small';
  made.append(label);
  made.addEventListener('click', act);
  return made;
}
