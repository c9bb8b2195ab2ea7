// Lint of what the bot sends: things that Slack lets pass but that hurt people, screen readers or rate limits.

import type { Args } from './answers.ts';
import { isObject } from './block-kit/schema.ts';
import { contractOf } from './method-table.ts';
import type { WorkspaceState } from './state.ts';

/** Longer text cannot be edited any more: chat.update takes 4,000 characters. */
const editableText = 4000;
const broadcasts = /<!(channel|here|everyone)(\|[^>]*)?>/;

/** Records findings about one message's content. `where` names the call, for the reader of the findings. */
export function lintMessage(state: WorkspaceState, where: string, args: Args): void {
  const text = typeof args.text === 'string' ? args.text : '';
  const blocks = Array.isArray(args.blocks) ? args.blocks : [];
  const found = (what: string): void => state.finding(`${where}: ${what}`);
  if (blocks.length > 0 && text.trim() === '')
    found('text is missing beside blocks; it is all that a screen reader gets');
  if (text.length > editableText) found(`text has ${text.length} characters; over ${editableText} it cannot be edited`);
  if (broadcasts.test(text)) found(`text notifies everybody: ${broadcasts.exec(text)?.[0]}`);
  for (const object of objectsIn(blocks)) lintObject(object, found);
  lintButtons(blocks, found);
}

export function lintPosting(state: WorkspaceState, where: string, args: Args): void {
  for (const name of ['unfurl_links', 'unfurl_media']) {
    if (args[name] !== false && args[name] !== 'false') state.finding(`${where}: ${name} is not false`);
  }
  if (args.link_names !== undefined) state.finding(`${where}: link_names turns words into mentions`);
}

/** chat.update parses names and #channels in the text unless told not to. */
export function lintEdit(state: WorkspaceState, where: string, args: Args): void {
  const text = typeof args.text === 'string' ? args.text : '';
  if (args.parse === 'none' || !/(^|\s)(@(channel|here|everyone)\b|#[a-z])/.test(text)) return;
  state.finding(`${where}: parse is not "none" and the text holds a name that Slack would link`);
}

export function lintArguments(state: WorkspaceState, method: string, args: Args): void {
  const contract = contractOf(method);
  if (!contract) return;
  const known = new Set([...contract.required, ...contract.optional, 'team_id', 'token']);
  for (const name of Object.keys(args)) {
    if (!known.has(name)) state.finding(`${method}: unknown argument ${name}; Slack ignores it silently`);
  }
}

function lintObject(object: { readonly [property: string]: unknown }, found: (what: string) => void): void {
  const text = typeof object.text === 'string' ? object.text : '';
  if (object.type === 'mrkdwn' && object.verbatim !== true) {
    found(`mrkdwn without verbatim: true: "${text.slice(0, 60)}"`);
  }
  if (object.type === 'mrkdwn' && broadcasts.test(text)) found(`a block notifies everybody: "${text.slice(0, 60)}"`);
  if (object.type === 'broadcast') found(`a rich_text block notifies @${String(object.range)}`);
}

function lintButtons(blocks: readonly unknown[], found: (what: string) => void): void {
  const labels = new Map<string, number>();
  /** With its value: the same action for two things is two buttons. */
  const meanings = new Map<string, number>();
  for (const object of objectsIn(blocks)) {
    if (typeof object.action_id === 'string') count(meanings, `"${object.action_id}" with "${String(object.value)}"`);
    if (object.type !== 'button' || !isObject(object.text)) continue;
    count(labels, String(object.accessibility_label ?? object.text.text));
  }
  for (const label of repeated(labels)) found(`two buttons are both called "${label}"`);
  for (const id of repeated(meanings)) found(`action_id ${id} is used twice in one message`);
}

const count = (counts: Map<string, number>, key: string): unknown => counts.set(key, (counts.get(key) ?? 0) + 1);
const repeated = (counts: Map<string, number>): readonly string[] =>
  [...counts].filter(([, times]) => times > 1).map(([key]) => key);

function objectsIn(value: unknown): readonly { readonly [property: string]: unknown }[] {
  if (Array.isArray(value)) return value.flatMap(objectsIn);
  if (!isObject(value)) return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}
