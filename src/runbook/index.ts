// The runbook language: load a package, weigh its hypotheses, propose its actions, print it for people.

export type { Catalog, RunbookFault } from './fault.ts';
export { findProcedure } from './find.ts';
export { type AlertAnswer, findAlertRule } from './find-alert.ts';
export { loadRunbooks } from './load.ts';
export { propose, whySaid } from './propose.ts';
export { renderMarkdown } from './render.ts';
export { weigh } from './weigh.ts';
