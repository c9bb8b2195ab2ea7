// The sidebar and the panel as drawers, for pages too narrow to show them all the time.

const place = (id) => document.getElementById(id);
const openers = { sidebar: 'open-sidebar', panel: 'open-panel' };

export function setUpDrawers() {
  for (const [drawer, opener] of Object.entries(openers)) {
    place(opener).addEventListener('click', () => {
      openDrawer(drawer);
      place(drawer).focus();
    });
  }
  place('shade').addEventListener('click', closeDrawer);
}

/** Nothing happens where the drawer stands beside the rest all the time. */
export function openDrawer(drawer) {
  if (!place(openers[drawer]).checkVisibility()) return;
  document.body.dataset.drawer = drawer;
  place('shade').hidden = false;
  setRestInert(drawer, true);
}

export const isDrawerOpen = () => document.body.dataset.drawer !== undefined;

/** @returns whether one was open */
export function closeDrawer() {
  const { drawer } = document.body.dataset;
  if (drawer === undefined) return false;
  delete document.body.dataset.drawer;
  place('shade').hidden = true;
  setRestInert(drawer, false);
  place(openers[drawer]).focus();
  return true;
}

/** What lies in the shade is not reached by the keyboard either. */
function setRestInert(drawer, isInert) {
  for (const part of document.querySelectorAll('.frame > :not(#shade)')) {
    if (part.id !== drawer) part.inert = isInert;
  }
}
