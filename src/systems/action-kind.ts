// Turns what one system can change into the `ActionKind` that the pipeline knows: parameters checked, nothing ever rejects.

import type { z } from 'zod';
import type {
  ActionCall,
  ActionKind,
  LookCall,
  Looked,
  PerformCall,
  Performed,
  Preview,
  Verified,
} from '../core/action/port.ts';
import { done, type Outcome, refused } from '../core/fault.ts';
import type { Log } from '../core/ports.ts';
import { maskSecrets, withoutSecretTexts } from '../core/secret.ts';

/** The steps of one kind of action with the parameters of its schema. What they throw is caught: see `actionKind`. */
export interface ActionSteps<Deps, Params> {
  /** Whether the configuration is enough to change things; absent: it always is. */
  readonly configured?: (deps: Deps) => boolean;
  preview(deps: Deps, params: Params, call: ActionCall): Promise<Outcome<Preview>>;
  perform(deps: Deps, params: Params, call: PerformCall): Promise<Performed>;
  look(deps: Deps, params: Params, call: LookCall): Promise<Looked>;
  verify?(deps: Deps, params: Params, call: LookCall): Promise<Verified>;
}

/** A kind of action before it knows its system. */
export interface ActionRecipe<Deps> {
  readonly schema: z.ZodType;
  /** With parameters that the schema has not seen yet. */
  readonly steps: ActionSteps<Deps, unknown>;
}

export function defineAction<Deps, Schema extends z.ZodType>(
  schema: Schema,
  steps: ActionSteps<Deps, z.output<Schema>>,
): ActionRecipe<Deps> {
  const { configured, preview, perform, look, verify } = steps;
  return {
    schema,
    steps: {
      ...(configured === undefined ? {} : { configured }),
      preview: async (deps, params, call) => preview(deps, schema.parse(params ?? {}), call),
      perform: async (deps, params, call) => perform(deps, schema.parse(params ?? {}), call),
      look: async (deps, params, call) => look(deps, schema.parse(params ?? {}), call),
      ...(verify === undefined
        ? {}
        : { verify: async (deps, params, call) => verify(deps, schema.parse(params ?? {}), call) }),
    },
  };
}

/**
 * An error inside `perform` may have come after the effect, so it is an unknown outcome; the same in `look` leaves it unclear. Errors
 * show their name only: their text may hold what a server or a driver put there, and the log masks it.
 */
export function actionKind<Deps>(
  system: { readonly name: string; readonly deps: Deps | undefined; readonly log: Log },
  kind: string,
  { schema, steps }: ActionRecipe<Deps>,
): ActionKind {
  const { name, deps, log } = system;
  const broke = (step: string, error: unknown): string => {
    const stack = error instanceof Error ? (error.stack ?? error.message) : String(error);
    log.error({ kind: `${name}.${kind}`, step, error: stack }, 'an action broke inside the bot');
    return `${name}.${kind} broke inside the bot (${error instanceof Error ? error.name : 'an error'})`;
  };
  const missing = `${name} is not configured for actions`;
  return {
    configured: deps !== undefined && (steps.configured?.(deps) ?? true),
    problems: (params) => {
      const parsed = schema.safeParse(params ?? {});
      if (parsed.success) return [];
      return parsed.error.issues.map((issue) => ({ path: issue.path.join('.'), message: issue.message }));
    },
    async preview(call) {
      if (deps === undefined) {
        const remedy = `Add systems.${name} to the bot's configuration, or do it by hand.`;
        return refused({ whose: 'operator', code: 'not-configured', message: `${missing}.`, remedy });
      }
      try {
        const outcome = await steps.preview(deps, call.params, call);
        return outcome.ok ? done(withoutSecretsShown(outcome.value)) : refused(withoutSecretTexts(outcome.fault));
      } catch (error) {
        const message = `${broke('preview', error)}.`;
        return refused({ whose: 'bug', code: 'action-broke', message, remedy: 'The log has the details.' });
      }
    },
    async perform(call) {
      if (deps === undefined) return { kind: 'failed', summary: missing };
      try {
        return withoutSecretTexts(await steps.perform(deps, call.params, call));
      } catch (error) {
        return { kind: 'unknown', summary: broke('perform', error) };
      }
    },
    async look(call) {
      if (deps === undefined) return { kind: 'unclear', summary: missing };
      try {
        return withoutSecretTexts(await steps.look(deps, call.params, call));
      } catch (error) {
        return { kind: 'unclear', summary: broke('look', error) };
      }
    },
    ...(steps.verify === undefined
      ? {}
      : {
          async verify(call: LookCall): Promise<Verified> {
            if (deps === undefined) return { kind: 'pending', summary: missing };
            try {
              const verified = await steps.verify?.(deps, call.params, call);
              return withoutSecretTexts(verified ?? { kind: 'pending', summary: 'nothing to see' });
            } catch (error) {
              return { kind: 'pending', summary: broke('verify', error) };
            }
          },
        }),
  };
}

/** The last door before people, log and record, as `findingOf` is for checks. What puts things back must stay as it was read. */
function withoutSecretsShown(preview: Preview): Preview {
  const { undo, ...shown } = preview;
  const back = undo === undefined ? {} : { undo: { ...undo, title: maskSecrets(undo.title) } };
  return { ...withoutSecretTexts(shown), ...back };
}
