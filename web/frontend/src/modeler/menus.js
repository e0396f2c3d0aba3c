// Menus open within the window. The library measures them against the whole page, which may go on far below it.
const EDGE = 8;

function within(wanted, size, room) {
  return Math.max(EDGE, Math.min(wanted, room - size - EDGE));
}

class VisibleMenus {
  constructor(popupMenu) {
    const place = popupMenu._ensureVisible.bind(popupMenu);
    popupMenu._ensureVisible = (menu, position) => {
      const { x, y } = place(menu, position);
      const { width, height } = menu.getBoundingClientRect();
      return { x: within(x, width, window.innerWidth), y: within(y, height, window.innerHeight) };
    };
  }
}
VisibleMenus.$inject = ['popupMenu'];

export default { __init__: ['visibleMenus'], visibleMenus: ['type', VisibleMenus] };
