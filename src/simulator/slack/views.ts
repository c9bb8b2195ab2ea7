// Open modals and home tabs: creating, replacing and closing views, and how the app sees them.
import { invalidArguments, type Refusal, refuse } from './answers.ts';
import { normaliseBlocks } from './block-kit/normalise.ts';
import { isObject } from './block-kit/schema.ts';
import { validateView } from './block-kit/validate.ts';
import { imagesOf } from './content.ts';
import { lintMessage } from './hygiene.ts';
import type { PretendView, SlackObject } from './records.ts';
import { secret, type WorkspaceState } from './state.ts';

const maxViewBytes = 250_000;
export const maxStack = 3;

/** Judges a view that the app sent, before anything is opened or replaced. */
export function viewFault(state: WorkspaceState, source: unknown, replacing?: string): Refusal | undefined {
  if (JSON.stringify(source ?? null).length > maxViewBytes) return refuse('view_too_large');
  const found = validateView(source, imagesOf(state));
  if (found.length > 0) return invalidArguments(found);
  const externalId = isObject(source) ? source.external_id : undefined;
  if (typeof externalId !== 'string' || externalId === '') return undefined;
  const taken = [...state.views.values()].some((view) => view.externalId === externalId && view.id !== replacing);
  return taken ? refuse('duplicate_external_id') : undefined;
}

/** Puts a judged view on top of a person's stack; `fresh` closes what was open before. */
export function openView(state: WorkspaceState, user: string, source: SlackObject, fresh: boolean): PretendView {
  if (fresh) closeAll(state, user);
  const stack = state.stacks.get(user) ?? [];
  const previous = stack.at(-1);
  const id = state.newId('V');
  const root = stack[0] ?? id;
  const view = shape(state, source, { id, user, rootViewId: root, ...(previous ? { previousViewId: previous } : {}) });
  state.views.set(id, view);
  state.stacks.set(user, [...stack, id]);
  state.emit({ kind: 'view', user, view: id });
  return view;
}

/** Replaces an open view; what the person entered stays where block_id and action_id stay. */
export function replaceView(state: WorkspaceState, old: PretendView, source: SlackObject): PretendView {
  const { id, user, rootViewId, previousViewId } = old;
  const fresh = shape(state, source, { id, user, rootViewId, ...(previousViewId ? { previousViewId } : {}) });
  const blockIds = new Set(fresh.blocks.map((block) => block.block_id));
  const entered = Object.fromEntries(Object.entries(old.entered).filter(([blockId]) => blockIds.has(blockId)));
  return storeView(state, { ...fresh, entered });
}

export function storeView(state: WorkspaceState, view: PretendView): PretendView {
  state.views.set(view.id, view);
  state.emit({ kind: view.type === 'home' ? 'home' : 'view', user: view.user, view: view.id });
  return view;
}

export function publishHome(state: WorkspaceState, user: string, source: SlackObject): PretendView {
  const id = state.homes.get(user) ?? state.newId('V');
  state.homes.set(user, id);
  return storeView(state, shape(state, source, { id, user, rootViewId: id }));
}

/** Takes a view (and what lies on it) off its person's stack. */
export function closeView(state: WorkspaceState, view: PretendView): void {
  const stack = state.stacks.get(view.user) ?? [];
  const index = stack.indexOf(view.id);
  if (index < 0) return;
  for (const id of stack.slice(index)) state.views.delete(id);
  state.stacks.set(view.user, stack.slice(0, index));
  state.emit({ kind: 'view', user: view.user, closed: view.id });
}

export function closeAll(state: WorkspaceState, user: string): void {
  for (const id of state.stacks.get(user) ?? []) state.views.delete(id);
  state.stacks.set(user, []);
  state.emit({ kind: 'view', user, closed: 'all' });
}

export function topView(state: WorkspaceState, user: string): PretendView | undefined {
  const id = state.stacks.get(user)?.at(-1);
  return id === undefined ? undefined : state.views.get(id);
}

/** The view as payloads and methods show it. */
export function apiView(state: WorkspaceState, view: PretendView): SlackObject {
  return {
    id: view.id,
    team_id: state.team.id,
    close: null,
    submit: null,
    clear_on_close: false,
    notify_on_close: false,
    submit_disabled: false,
    ...view.source,
    blocks: view.blocks,
    private_metadata: view.privateMetadata,
    callback_id: view.callbackId,
    external_id: view.externalId,
    state: { values: view.entered },
    hash: view.hash,
    root_view_id: view.rootViewId,
    previous_view_id: view.previousViewId ?? null,
    app_id: state.app.id,
    app_installed_team_id: state.team.id,
    bot_id: state.app.botId,
  };
}

function shape(
  state: WorkspaceState,
  source: SlackObject,
  place: Pick<PretendView, 'id' | 'user' | 'rootViewId' | 'previousViewId'>,
): PretendView {
  lintMessage(state, `view ${String(source.callback_id ?? '')}`, { text: 'a view', blocks: source.blocks });
  const blocks = normaliseBlocks(Array.isArray(source.blocks) ? source.blocks : [], () => secret(5));
  const title = isObject(source.title) ? String(source.title.text) : '';
  return {
    ...place,
    type: source.type === 'home' ? 'home' : 'modal',
    title,
    callbackId: typeof source.callback_id === 'string' ? source.callback_id : '',
    externalId: typeof source.external_id === 'string' ? source.external_id : '',
    privateMetadata: typeof source.private_metadata === 'string' ? source.private_metadata : '',
    hash: `${Math.floor(state.now() / 1000)}.${secret(8)}`,
    blocks,
    source: { ...source, blocks },
    entered: {},
    errors: {},
  };
}
