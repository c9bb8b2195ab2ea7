// The sidebar and the fault panel as drawers, for pages too narrow to show them all the time.

const place = (id) => document.getElementById(id);
const openers = { sidebar: 'open-sidebar', panel: 'open-panel' };

export function setUpDrawers() {
  for (const [drawer, opener] of Object.entries(openers)) {
    place(opener).addEventListener('click', () => openDrawer(drawer));
  }
  place('shade').addEventListener('click', closeDrawer);
}

function openDrawer(drawer) {
  document.body.dataset.drawer = drawer;
  place('shade').hidden = false;
  place(drawer).focus();
}

/** @returns whether one was open */
export function closeDrawer() {
  const { drawer } = document.body.dataset;
  if (drawer === undefined) return false;
  delete document.body.dataset.drawer;
  place('shade').hidden = true;
  place(openers[drawer]).focus();
  return true;
}
