// Where cases are moved from and to, touched in the drawing beside the menus, which say the same.

export function picking(holder) {
  const [from, to] = [holder.dataset.from, holder.dataset.to].map((id) => document.getElementById(id));
  const told = holder.querySelector('[data-told]');
  const place = holder.querySelector('[data-picture]');
  const named = new Map([...to.options].filter(({ value }) => value).map(({ value, text }) => [value, text]));
  const occupied = new Set([...from.options].filter(({ index }) => index).map(({ text }) => text));

  holder.addEventListener('toggle', async () => {
    if (!holder.open || place.childElementCount) return;
    const answer = await fetch(holder.dataset.picks, { credentials: 'same-origin' }).catch(() => null);
    if (!answer?.ok) {
      told.textContent = 'No se pudo traer el dibujo. Use las listas.';
      return;
    }
    const picture = new DOMParser().parseFromString(await answer.text(), 'image/svg+xml').documentElement;
    place.append(document.importNode(picture, true));
    show();
  });

  // A step where cases stand is first where they leave from; every other, or that one again, is where they go.
  place.addEventListener('click', ({ target }) => {
    const id = target.closest('[data-element]')?.dataset.element;
    const name = named.get(id);
    if (!name) return;
    if (occupied.has(name) && from.value !== name) from.value = name;
    else to.value = id;
    for (const one of [from, to]) one.dispatchEvent(new Event('change', { bubbles: true }));
  });
  for (const one of [from, to]) one.addEventListener('change', show);

  function show() {
    for (const one of place.querySelectorAll('[data-element]')) {
      const name = named.get(one.dataset.element);
      one.classList.toggle('pickable', Boolean(name));
      one.classList.toggle('stands', occupied.has(name));
      one.classList.toggle('picked-from', from.selectedIndex > 0 && from.value === name);
      one.classList.toggle('picked-to', Boolean(name) && to.value === one.dataset.element);
    }
    const leaves = from.selectedIndex > 0 ? `Salen de «${from.value}»` : 'Salen del paso en que está cada uno';
    told.textContent = `${leaves}; ${to.value ? `van a «${named.get(to.value)}».` : 'toque a dónde van.'}`;
  }
}
