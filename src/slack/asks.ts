// What people ask of us, read from Slack's payloads: small, storable, and enough to do the work again after a crash.

import { z } from 'zod';
import { messageSchema } from './answers.ts';

const who = {
  person: z.string(),
  /** Teams as the signed envelope names them. */
  team: z.string().optional(),
  personTeam: z.string().optional(),
  enterprise: z.string().optional(),
};

const where = {
  place: z.string().optional(),
  /** The response_url. */
  reply: z.string().optional(),
};

const command = z.object({ kind: z.literal('command'), ...who, ...where, words: z.string(), typed: z.string() });

const click = z.object({
  kind: z.literal('click'),
  ...who,
  ...where,
  action: z.string(),
  /** An opaque id, or an entry of a menu. */
  value: z.string(),
  /** Opens a modal within three seconds. */
  trigger: z.string(),
  /** The message that the button stands in; absent in an ephemeral one, which cannot be redrawn. */
  ts: z.string().optional(),
});

const submission = z.object({
  kind: z.literal('submission'),
  ...who,
  modal: z.string(),
  /** What we put into private_metadata. */
  metadata: z.string(),
  fields: z.record(z.string(), z.string()),
});

/** Somebody wants a message on record: by a reaction, which only names it, or by the shortcut, which brings it along. */
const pin = z.object({
  kind: z.literal('pin'),
  ...who,
  ...where,
  place: z.string(),
  ts: z.string(),
  message: messageSchema.optional(),
});

/** Also reads a delivery back from the inbox. */
export const askSchema = z.discriminatedUnion('kind', [command, click, submission, pin]);

export type Ask = z.output<typeof askSchema>;
export type CommandAsk = Extract<Ask, { kind: 'command' }>;
export type ClickAsk = Extract<Ask, { kind: 'click' }>;
export type SubmissionAsk = Extract<Ask, { kind: 'submission' }>;
export type PinAsk = Extract<Ask, { kind: 'pin' }>;

/** An ask with the key under which its delivery is known. */
export interface Keyed<A extends Ask> {
  readonly ask: A;
  readonly key: string;
}

const commandBody = z.object({
  command: z.string(),
  text: z.string().default(''),
  user_id: z.string(),
  team_id: z.string().optional(),
  enterprise_id: z.string().optional(),
  channel_id: z.string().optional(),
  response_url: z.string().optional(),
  trigger_id: z.string(),
});

export function readCommand(body: unknown): Keyed<CommandAsk> {
  const read = commandBody.parse(body);
  return {
    key: `command ${read.trigger_id}`,
    ask: {
      kind: 'command',
      person: read.user_id,
      team: read.team_id,
      enterprise: read.enterprise_id,
      place: read.channel_id,
      reply: read.response_url,
      words: read.text,
      typed: read.command,
    },
  };
}

const envelope = {
  user: z.object({ id: z.string(), team_id: z.string().optional() }),
  team: z.object({ id: z.string() }).nullish(),
  enterprise: z.object({ id: z.string() }).nullish(),
};

const clickBody = z.object({
  ...envelope,
  trigger_id: z.string(),
  channel: z.object({ id: z.string() }).optional(),
  response_url: z.string().optional(),
  container: z.object({ message_ts: z.string().optional(), is_ephemeral: z.boolean().optional() }).optional(),
  actions: z
    .array(
      z.object({
        action_id: z.string(),
        value: z.string().optional(),
        selected_option: z.object({ value: z.string() }).nullish(),
      }),
    )
    .min(1),
});

export function readClick(body: unknown): Keyed<ClickAsk> {
  const read = clickBody.parse(body);
  const [action] = read.actions;
  const { message_ts: ts, is_ephemeral: isEphemeral } = read.container ?? {};
  return {
    key: `click ${read.trigger_id}`,
    ask: {
      kind: 'click',
      ...readWho(read),
      place: read.channel?.id,
      reply: read.response_url,
      action: action?.action_id ?? '',
      value: action?.value ?? action?.selected_option?.value ?? '',
      trigger: read.trigger_id,
      ...(ts === undefined || isEphemeral === true ? {} : { ts }),
    },
  };
}

const field = z.looseObject({
  value: z.string().nullish(),
  selected_option: z.object({ value: z.string() }).nullish(),
  selected_date: z.string().nullish(),
  selected_date_time: z.number().nullish(),
});

const submissionBody = z.object({
  ...envelope,
  view: z.object({
    id: z.string(),
    hash: z.string(),
    callback_id: z.string(),
    private_metadata: z.string(),
    state: z.object({ values: z.record(z.string(), z.record(z.string(), field)) }),
  }),
});

export function readSubmission(body: unknown): Keyed<SubmissionAsk> {
  const { view, ...read } = submissionBody.parse(body);
  const fields = Object.entries(view.state.values).flatMap(([block, actions]) =>
    Object.values(actions).map((input) => [block, fieldText(input)] as const),
  );
  return {
    key: `submission ${view.id} ${view.hash}`,
    ask: {
      kind: 'submission',
      ...readWho(read),
      modal: view.callback_id,
      metadata: view.private_metadata,
      fields: Object.fromEntries(fields),
    },
  };
}

function fieldText(input: z.output<typeof field>): string {
  const seconds = input.selected_date_time;
  return input.value ?? input.selected_option?.value ?? input.selected_date ?? (seconds == null ? '' : String(seconds));
}

const shortcutBody = z.object({
  ...envelope,
  trigger_id: z.string(),
  channel: z.object({ id: z.string() }),
  response_url: z.string().optional(),
  message: messageSchema,
});

/** The one message shortcut that the manifest names. */
export function readShortcut(body: unknown): Keyed<PinAsk> {
  const { channel, message, ...read } = shortcutBody.parse(body);
  return {
    key: `shortcut ${read.trigger_id}`,
    ask: { kind: 'pin', ...readWho(read), place: channel.id, reply: read.response_url, ts: message.ts, message },
  };
}

const eventBody = z.object({
  type: z.literal('event_callback'),
  event_id: z.string(),
  team_id: z.string().optional(),
  enterprise_id: z.string().nullish(),
});

const pinnedEvent = z.object({
  event: z.object({
    type: z.literal('reaction_added'),
    reaction: z.literal('pushpin'),
    user: z.string(),
    item: z.object({ type: z.literal('message'), channel: z.string(), ts: z.string() }),
  }),
});

/** Undefined for an event that asks nothing of us. */
export function readEvent(body: unknown): Keyed<PinAsk> | undefined {
  const read = eventBody.parse(body);
  const pinned = pinnedEvent.safeParse(body);
  if (!pinned.success) return undefined;
  const { user, item } = pinned.data.event;
  return {
    key: `event ${read.event_id}`,
    ask: {
      kind: 'pin',
      person: user,
      team: read.team_id,
      enterprise: read.enterprise_id ?? undefined,
      place: item.channel,
      ts: item.ts,
    },
  };
}

/** Events come in an envelope of their own, over HTTP and over a socket alike. */
export function isEvent(body: unknown): boolean {
  return eventBody.safeParse(body).success;
}

function readWho(read: {
  user: { id: string; team_id?: string | undefined };
  team?: { id: string } | null | undefined;
  enterprise?: { id: string } | null | undefined;
}) {
  const { user, team, enterprise } = read;
  return { person: user.id, team: team?.id, personTeam: user.team_id, enterprise: enterprise?.id };
}
