// How Open Policy Agent is configured: `systems.opa`.

import { z } from 'zod';

/** The path of a document of OPA, `acgs/chatops/allow` for `data.acgs.chatops.allow`. */
export const documentPath = z
  .string()
  .regex(/^[\w-]+(\/[\w-]+)*$/, 'write the path of a decision, for example acgs/chatops/allow');

export const opaConfig = z.strictObject({
  url: z.url({ protocol: /^https?$/ }),
  /** The decision that every action needs. Absent: OPA has no say in actions. */
  decision: documentPath.optional(),
  bearerToken: z.string().min(1).optional(),
  caFile: z.string().min(1).optional(),
  proxy: z.url({ protocol: /^https?$/ }).optional(),
});

export type OpaConfig = z.output<typeof opaConfig>;
