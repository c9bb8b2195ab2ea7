// What we read from Slack's answers: only the fields we use, validated.

import { z } from 'zod';

export const anyAnswer = z.looseObject({});

export const authAnswer = z.object({
  url: z.string(),
  team_id: z.string(),
  enterprise_id: z.string().nullish(),
  user_id: z.string(),
  bot_id: z.string().optional(),
});

export const postedAnswer = z.object({ channel: z.string(), ts: z.string() });

const message = z.object({
  ts: z.string(),
  text: z.string().optional(),
  metadata: z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) }).optional(),
});

/** A message as Slack shows it: what a note needs of it. */
export const messageSchema = z.object({
  ts: z.string(),
  user: z.string().optional(),
  bot_id: z.string().optional(),
  bot_profile: z.object({ name: z.string().optional() }).optional(),
  username: z.string().optional(),
  text: z.string().default(''),
  thread_ts: z.string().optional(),
  files: z.array(z.object({ name: z.string().optional() })).optional(),
});

export const reactedAnswer = z.object({ message: messageSchema });

const next = z.object({ next_cursor: z.string().optional() }).optional();

export const historyAnswer = z.object({ messages: z.array(message), response_metadata: next });

export const createdAnswer = z.object({ channel: z.object({ id: z.string(), name: z.string() }) });

export const channelsAnswer = z.object({
  channels: z.array(z.object({ id: z.string(), name: z.string(), creator: z.string().optional() })),
  response_metadata: next,
});

export const groupAnswer = z.object({ users: z.array(z.string()) });

export const userAnswer = z.object({
  user: z.object({
    id: z.string(),
    /** The workspace that the account belongs to: in a shared channel it can be another one. */
    team_id: z.string().optional(),
    enterprise_user: z.object({ teams: z.array(z.string()).optional() }).optional(),
    name: z.string().optional(),
    real_name: z.string().optional(),
    deleted: z.boolean().optional(),
    is_bot: z.boolean().optional(),
    is_restricted: z.boolean().optional(),
    is_ultra_restricted: z.boolean().optional(),
    is_stranger: z.boolean().optional(),
    profile: z.object({ display_name: z.string().optional() }).optional(),
  }),
});

export const ticketAnswer = z.object({ upload_url: z.string(), file_id: z.string() });

export const fileAnswer = z.object({
  file: z.object({
    id: z.string(),
    shares: z.record(z.string(), z.record(z.string(), z.unknown())).optional(),
    channels: z.array(z.string()).optional(),
  }),
});
