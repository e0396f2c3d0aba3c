// Where cases are moved from and to, touched in the drawing beside the menus, which say the same.

export function picking(holder) {
  const [from, to] = [holder.dataset.from, holder.dataset.to].map((id) => document.getElementById(id));
  const told = holder.querySelector('[data-told]');
  const place = holder.querySelector('[data-picture]');
  const named = new Map([...to.options].filter(({ value }) => value).map(({ value, text }) => [value, text]));
  const offered = new Set([...from.options].slice(1).map(({ value }) => value));
  // What holds cases at an element: itself, or what waits inside the process that it calls.
  const drawn = Object.entries(JSON.parse(holder.dataset.drawn));
  const held = new Map(drawn.map(([id, names]) => [id, names.filter((name) => offered.has(name))]));

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

  // A step that holds cases is first where they leave from, by turns if it holds several things; then it, or any
  // other, is where they go.
  place.addEventListener('click', ({ target }) => {
    const id = target.closest('[data-element]')?.dataset.element;
    const names = held.get(id) ?? [];
    const next = names[names.indexOf(from.value) + 1];
    if (next) from.value = next;
    else if (named.has(id)) to.value = id;
    else return;
    show();
  });
  for (const one of [from, to]) one.addEventListener('change', show);

  function show() {
    for (const one of place.querySelectorAll('[data-element]')) {
      const { element } = one.dataset;
      const names = held.get(element) ?? [];
      one.classList.toggle('pickable', named.has(element) || names.length > 0);
      one.classList.toggle('stands', names.length > 0);
      one.classList.toggle('picked-from', names.includes(from.value));
      one.classList.toggle('picked-to', Boolean(to.value) && to.value === element);
    }
    const leaves = from.selectedIndex > 0 ? `Salen de «${from.value}»` : 'Salen del paso en que está cada uno';
    told.textContent = `${leaves}; ${to.value ? `van a «${named.get(to.value)}».` : 'toque a dónde van.'}`;
  }
}
