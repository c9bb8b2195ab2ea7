// Things a person's act hands to the app for a short time: trigger ids (3 s, one use) and response URLs (30 min, five uses).
import { type ResponseUrl, secret, type Trigger, type WorkspaceState } from './state.ts';

const triggerLifeMs = 3000;
const responseUrlLifeMs = 30 * 60_000;
const responseUrlUses = 5;

export function issueTrigger(state: WorkspaceState, user: string, viewId?: string): string {
  const id = `${Math.floor(state.now())}.${state.triggers.size + 1000000}.${secret(32)}`;
  state.triggers.set(id, { user, issuedAt: state.now(), ...(viewId === undefined ? {} : { viewId }), used: false });
  return id;
}

/** Uses the trigger up, or says why it cannot be used, in Slack's codes. */
export function takeTrigger(
  state: WorkspaceState,
  id: unknown,
):
  | { readonly kind: 'taken'; readonly trigger: Trigger }
  | { readonly kind: 'refused'; readonly error: 'invalid_trigger_id' | 'exchanged_trigger_id' | 'expired_trigger_id' } {
  const trigger = typeof id === 'string' ? state.triggers.get(id) : undefined;
  if (!trigger) return { kind: 'refused', error: 'invalid_trigger_id' };
  if (trigger.used) return { kind: 'refused', error: 'exchanged_trigger_id' };
  if (state.now() - trigger.issuedAt > triggerLifeMs) return { kind: 'refused', error: 'expired_trigger_id' };
  trigger.used = true;
  return { kind: 'taken', trigger };
}

export function issueResponseUrl(
  state: WorkspaceState,
  family: 'commands' | 'actions',
  user: string,
  channel: string,
  target?: ResponseUrl['target'],
): { readonly url: string; readonly record: ResponseUrl } {
  const path = `/${family}/${state.team.id}/${state.responseUrls.size + 1000000}/${secret(24)}`;
  const record: ResponseUrl = { path, user, channel, issuedAt: state.now(), target, uses: 0, said: [] };
  state.responseUrls.set(path, record);
  return { url: `${state.url}${path}`, record };
}

export function takeResponseUrl(
  state: WorkspaceState,
  path: string,
):
  | { readonly kind: 'taken'; readonly record: ResponseUrl }
  | { readonly kind: 'refused'; readonly error: 'expired_url' | 'used_url' } {
  const record = state.responseUrls.get(path);
  if (!record || state.now() - record.issuedAt > responseUrlLifeMs) return { kind: 'refused', error: 'expired_url' };
  if (record.uses >= responseUrlUses) return { kind: 'refused', error: 'used_url' };
  record.uses += 1;
  return { kind: 'taken', record };
}
