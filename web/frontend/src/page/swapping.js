// A region of a long page that is opened part by part: its links bring the page they lead to, and only the region changes.
// Without scripts, and where the network fails, they are links.

export function swapping() {
  document.addEventListener('click', async (event) => {
    const link = event.target.closest?.('[data-swaps] a[aria-expanded]');
    if (!link || event.ctrlKey || event.metaKey || event.shiftKey || event.button) return;
    event.preventDefault();
    const place = link.closest('[data-swaps]');
    try {
      const answer = await fetch(link.href, { headers: { Accept: 'text/html' } });
      const found = new DOMParser().parseFromString(await answer.text(), 'text/html').getElementById(place.id);
      if (!answer.ok || !found) throw new Error('another page');
      place.replaceChildren(...found.childNodes);
      history.replaceState(null, '', link.href);
      document.getElementById(link.id)?.focus();
    } catch {
      location.assign(link.href);
    }
  });
}
