// What we read from Slack's answers: only the fields we use, validated.

import { z } from 'zod';

export const anyAnswer = z.looseObject({});

export const authAnswer = z.object({
  url: z.string(),
  team_id: z.string(),
  user_id: z.string(),
  bot_id: z.string().optional(),
});

export const postedAnswer = z.object({ channel: z.string(), ts: z.string() });

const message = z.object({
  ts: z.string(),
  metadata: z.object({ event_type: z.string(), event_payload: z.record(z.string(), z.unknown()) }).optional(),
});

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
