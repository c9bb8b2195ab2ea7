// The alerts that procedures answer and those that are muted, held against each other: each alert has one answer.

import type { MutedAlert } from '../core/alert.ts';
import type { AlertText } from './grammar.ts';
import type { RunbookFile } from './read-file.ts';
import type { Place, Resolving } from './resolve-check.ts';

/** Reports what answers twice and what is muted although it is answered; returns what is muted. */
export function resolveAlerts(
  files: readonly RunbookFile[],
  { faults }: Pick<Resolving, 'faults'>,
): readonly MutedAlert[] {
  const answered = files.flatMap((file) =>
    file.kind === 'procedure' ? placed(file.text?.alerts ?? [], { document: file.document, path: ['alerts'] }) : [],
  );
  const muted = files.flatMap((file) =>
    file.kind === 'alerts' ? placed(file.text?.mute ?? [], { document: file.document, path: ['mute'] }) : [],
  );
  for (const all of [answered, muted]) reportTwins(all, faults);
  for (const { text, place } of muted) {
    const hidden = answered.some((one) => one.text.alert === text.alert && covers(text, one.text));
    if (!hidden) continue;
    const message = `A procedure answers \`${text.alert}\`, and here it is muted.`;
    faults.push(place.document.faultAt(place.path, message, 'Keep one of the two, or name the labels of the noise.'));
  }
  return muted.map(({ text }) => text);
}

function placed<T>(texts: readonly T[], list: Place): readonly { readonly text: T; readonly place: Place }[] {
  return texts.map((text, index) => ({ text, place: { ...list, path: [...list.path, index] } }));
}

function reportTwins(
  all: readonly { readonly text: AlertText; readonly place: Place }[],
  faults: Resolving['faults'],
): void {
  const seen = new Set<string>();
  for (const { text, place } of all) {
    const key = JSON.stringify([text.alert, Object.entries(text.labels).sort()]);
    if (seen.has(key)) {
      const message = `\`${text.alert}\` with these labels stands here a second time.`;
      faults.push(place.document.faultAt(place.path, message, 'Remove one, or tell them apart by their labels.'));
    }
    seen.add(key);
  }
}

/** Every alert that `narrow` matches is matched by `wide`, too. */
function covers(wide: AlertText, narrow: AlertText): boolean {
  return Object.entries(wide.labels).every(
    ([label, wanted]) => JSON.stringify(narrow.labels[label]) === JSON.stringify(wanted),
  );
}
