// An open inbox learns of new tasks: once a minute, while it is looked at, it asks whether it still shows what there is.
// It is brought up to date by itself unless somebody is in the middle of it; then it says so, with a link.

const EVERY = 60_000;

export function fresh() {
  const place = document.querySelector('[data-fresh]');
  if (!place) return;
  const look = async () => {
    if (document.hidden) return;
    let now;
    try {
      const answer = await fetch(place.dataset.fresh, { headers: { Accept: 'application/json' } });
      if (!answer.ok) return; // a session that ended is told by the next page
      now = (await answer.json()).huella;
    } catch {
      return; // no network: the next minute asks again
    }
    if (now === place.dataset.mark) return;
    place.dataset.mark = now;
    if (!document.querySelector('main')?.contains(document.activeElement)) {
      location.reload();
      return;
    }
    const notice = document.createElement('p');
    notice.className = 'notice';
    const link = document.createElement('a');
    link.href = location.href;
    link.textContent = 'Sus tareas cambiaron: actualizar';
    notice.append(link);
    place.replaceChildren(notice);
  };
  setInterval(look, EVERY);
  document.addEventListener('visibilitychange', look);
}
