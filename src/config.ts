// The configuration: one schema for the file and the environment, all problems reported together.

import { readFileSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { z } from 'zod';
import { dotted, type Environment, readConfigText, resolveFrom, resolvePaths, retype } from './config-text.ts';
import { parseDuration } from './core/duration.ts';
import { systemsConfig } from './systems/index.ts';

const duration = z.string().transform((text, context) => {
  const ms = parseDuration(text);
  if (ms !== undefined) return ms;
  context.addIssue({ code: 'custom', message: `"${text}" is not a duration; write for example 30s, 15m or 1h30m` });
  return z.NEVER;
});

const user = z.string().regex(/^[UW][A-Z0-9]+$/, 'write the id of a Slack user (U…), not the name');
const userOrGroup = z
  .string()
  .regex(/^[UWS][A-Z0-9]+$/, 'write the id of a Slack user (U…) or user group (S…), not the name');
const httpUrl = z.url({ protocol: /^https?$/, error: 'write an address that begins with http:// or https://' });
const postgresUrl = z.url({ protocol: /^postgres(ql)?$/, error: 'write an address that begins with postgres://' });

/** Absent lists mean nobody, absent systems are said to be missing by their checks: no default grants or hides anything. */
export const configFile = z.strictObject({
  slack: z.strictObject({
    channel: z.string().regex(/^[CG][A-Z0-9]+$/, 'write the id of the channel (C…), not its name'),
    incidentChannels: z.boolean().default(true),
    /** How many times the limits that Slack publishes; it grants some workspaces more. Absent: once. */
    limits: z.number().min(1).max(1_000).optional(),
  }),
  people: z
    .strictObject({
      responders: z.array(userOrGroup).default([]),
      approvers: z.array(userOrGroup).default([]),
      commanders: z.array(userOrGroup).default([]),
      same: z.array(z.array(user).min(2, 'name at least two accounts of the person')).default([]),
    })
    .prefault({}),
  escalation: z
    .array(
      z
        .strictObject({
          level: z.string().min(1),
          name: z.string().min(1),
          pageAt: duration,
          slack: z.array(userOrGroup).default([]),
          pagerduty: z.string().min(1).optional(),
        })
        .transform(({ pageAt, slack, ...level }) => ({ ...level, pageAtMs: pageAt, people: slack })),
    )
    .superRefine(inOrder)
    .default([]),
  approvals: z
    .strictObject({
      decideWithin: duration.default(15 * 60_000),
      runWithin: duration.default(5 * 60_000),
      undoWithin: duration.default(24 * 3_600_000),
      perTargetPerHour: z.int().min(1).default(6),
      breakGlass: z
        .array(user)
        .refine((people) => people.length !== 1, 'name two people at least: who asks never approves')
        .default([]),
      freezes: z
        .array(
          z
            .strictObject({
              from: z.iso.datetime({ offset: true }),
              until: z.iso.datetime({ offset: true }),
              why: z.string().min(1),
            })
            .transform(({ from, until, why }) => ({ from: Date.parse(from), until: Date.parse(until), why }))
            .refine(({ from, until }) => from < until, 'until is not after from'),
        )
        .default([]),
    })
    .prefault({})
    .transform(({ decideWithin, runWithin, undoWithin, ...rest }) => ({
      ...rest,
      decideWithinMs: decideWithin,
      runWithinMs: runWithin,
      undoWithinMs: undoWithin,
    })),
  systems: systemsConfig.prefault({}),
  labels: z
    .strictObject({ service: z.string().min(1).default('service'), status: z.string().min(1).default('status') })
    .prefault({}),
  runbooks: z.array(z.string().min(1)).min(1).optional(),
  store: z
    .strictObject({ path: z.string().min(1).optional(), url: postgresUrl.optional() })
    .refine(({ path, url }) => path === undefined || url === undefined, 'give either path or url, not both')
    .prefault({}),
  charts: z
    .discriminatedUnion('renderer', [
      z.strictObject({ renderer: z.literal('local') }),
      z.strictObject({ renderer: z.literal('quickchart'), url: httpUrl }),
    ])
    .default({ renderer: 'local' }),
  environment: z.string().min(1).default('production'),
  constitutionalHash: z.string().min(1).default('cdd01ef066bc6cf2'),
});

/** Empty variables count as not set. */
const environmentVariables = z.object({
  SLACK_BOT_TOKEN: z.string().startsWith('xoxb-', 'must be the bot token, which begins with xoxb-').optional(),
  SLACK_APP_TOKEN: z.string().startsWith('xapp-', 'must be the app-level token, which begins with xapp-').optional(),
  SLACK_SIGNING_SECRET: z.string().optional(),
  SLACK_API_URL: httpUrl.default('https://slack.com/api/').transform((url) => (url.endsWith('/') ? url : `${url}/`)),
  DATABASE_URL: postgresUrl.optional(),
  HOST: z.string().default('0.0.0.0'),
  PORT: z
    .string()
    .regex(/^\d+$/, 'must be a number')
    .transform(Number)
    .refine((port) => port < 65_536, 'must be below 65536')
    .default(3000),
  LOG_LEVEL: z.enum(['debug', 'info', 'warn', 'error', 'silent']).default('info'),
});

/** How Slack reaches us: over our own HTTP port, or over a socket that we open. */
export type SlackConnection =
  | { readonly mode: 'http'; readonly botToken: string; readonly signingSecret: string }
  | { readonly mode: 'socket'; readonly botToken: string; readonly appToken: string };

type File = z.output<typeof configFile>;

/** What holds without Slack's secrets: enough for the terminal. */
export type LocalConfig = Readonly<Omit<File, 'slack' | 'store' | 'runbooks'>> & {
  readonly slack: File['slack'] & { readonly apiUrl: string };
  readonly http: { readonly host: string; readonly port: number; readonly drainMs?: number };
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error' | 'silent';
  readonly store:
    | { readonly kind: 'embedded'; readonly path: string }
    | { readonly kind: 'postgres'; readonly url: string };
  /** Absolute folders. */
  readonly runbooks: readonly string[];
};

export type Config = LocalConfig & { readonly slack: { readonly connection: SlackConnection } };

export type Loaded<T> =
  | { readonly ok: true; readonly config: T }
  | { readonly ok: false; readonly problems: readonly string[] };

/**
 * The bot's configuration.
 *
 * @param path the file; without it ACGS_CONFIG names it
 * @param env the environment; the only place of the program that reads it
 * @returns every problem of file and environment at once, each as `where: what to do`
 */
export function loadConfig(path: string | undefined, env: Environment = process.env): Loaded<Config> {
  const { config, connection, problems } = load(path, env);
  if (config === undefined || connection === undefined || problems.length > 0) return { ok: false, problems };
  return { ok: true, config: { ...config, slack: { ...config.slack, connection } } };
}

/** The same for the terminal, which needs no Slack tokens. */
export function loadLocalConfig(path: string | undefined, env: Environment = process.env): Loaded<LocalConfig> {
  const { config, problems } = load(path, env, { withSlack: false });
  return config === undefined || problems.length > 0 ? { ok: false, problems } : { ok: true, config };
}

interface Found {
  readonly config?: LocalConfig;
  readonly connection?: SlackConnection;
  readonly problems: readonly string[];
}

function load(path: string | undefined, env: Environment, { withSlack } = { withSlack: true }): Found {
  const variables = readVariables(env);
  const slack = withSlack ? connectionFrom(variables.set) : undefined;
  const { file, directory, problems: inFile } = readFile(path ?? variables.set.ACGS_CONFIG, env);
  const inSlack = slack === undefined || slack.ok ? [] : slack.problems;
  const problems = [...inFile, ...variables.problems, ...inSlack];
  if (file === undefined || variables.values === undefined) return { problems };
  const { SLACK_API_URL, HOST, PORT, LOG_LEVEL, DATABASE_URL } = variables.values;
  const config: LocalConfig = {
    ...file,
    slack: { ...file.slack, apiUrl: SLACK_API_URL },
    http: { host: HOST, port: PORT, drainMs },
    logLevel: LOG_LEVEL,
    store: storeFrom(DATABASE_URL ?? file.store.url, resolveFrom(directory, file.store.path ?? 'data')),
    runbooks: file.runbooks?.map((folder) => resolveFrom(directory, folder)) ?? [ownRunbook],
  };
  return slack?.ok ? { config, problems, connection: slack.config } : { config, problems };
}

/** After SIGTERM the port still answers for so long: load balancers need a moment to see that we are no longer ready. */
const drainMs = 1_000;

/** The runbook that comes with the program. */
const ownRunbook = resolve(import.meta.dirname, '../runbooks/acgs2');

function storeFrom(url: string | undefined, path: string): LocalConfig['store'] {
  return url === undefined ? { kind: 'embedded', path } : { kind: 'postgres', url };
}

function readFile(
  path: string | undefined,
  env: Environment,
): { readonly directory: string; readonly problems: readonly string[]; readonly file?: File } {
  const directory = dirname(resolve(path ?? '.'));
  if (!path) return { directory, problems: ['no config file: pass --config FILE or set ACGS_CONFIG'] };
  let content: string;
  try {
    content = readFileSync(path, 'utf8');
  } catch (error) {
    const why = (error as NodeJS.ErrnoException).code === 'ENOENT' ? 'does not exist' : `cannot be read (${error})`;
    return { directory, problems: [`${path} ${why}; config.example.yml is one to copy`] };
  }
  const text = readConfigText(content, env);
  if (text.data === undefined) return { directory, problems: text.problems };
  const first = configFile.safeParse(resolvePaths(text.data, directory));
  const retyped = first.success ? text.data : retypeWhereAsked(text.data, first.error.issues, text.fromEnvironment);
  const { success, data, error } = configFile.safeParse(resolvePaths(retyped, directory));
  const faults = error?.issues.flatMap(problemsOf).filter(({ where }) => !text.unset.has(where)) ?? [];
  const problems = [...text.problems, ...faults.map(({ where, what }) => (where === '' ? what : `${where}: ${what}`))];
  return success ? { directory, problems, file: data } : { directory, problems };
}

/** A value from the environment is text; where the schema wants something else, the text is read as YAML would. */
function retypeWhereAsked(data: unknown, issues: readonly z.core.$ZodIssue[], fromEnvironment: ReadonlySet<string>) {
  return issues
    .filter((issue) => issue.code === 'invalid_type' && fromEnvironment.has(dotted(issue.path)))
    .reduce<unknown>((changed, issue) => retype(changed, dotted(issue.path)), data);
}

function problemsOf(issue: z.core.$ZodIssue): readonly { where: string; what: string }[] {
  if (issue.code === 'unrecognized_keys') {
    return issue.keys.map((key) => ({ where: dotted([...issue.path, key]), what: 'unknown key' }));
  }
  const missing = issue.code === 'invalid_type' && issue.message.endsWith('received undefined');
  return [{ where: dotted(issue.path), what: missing ? `missing (expected ${issue.expected})` : issue.message }];
}

function readVariables(env: Environment) {
  const set: Environment = Object.fromEntries(Object.entries(env).filter(([, value]) => value !== ''));
  const { data, error } = environmentVariables.safeParse(set);
  const problems = error?.issues.map((issue) => `${dotted(issue.path)}: ${issue.message}`) ?? [];
  return { set, values: data, problems };
}

function connectionFrom(set: Environment): Loaded<SlackConnection> {
  const { SLACK_BOT_TOKEN: botToken, SLACK_APP_TOKEN: appToken, SLACK_SIGNING_SECRET: signingSecret } = set;
  if (botToken !== undefined && appToken !== undefined) {
    return { ok: true, config: { mode: 'socket', botToken, appToken } };
  }
  if (botToken !== undefined && signingSecret !== undefined) {
    return { ok: true, config: { mode: 'http', botToken, signingSecret } };
  }
  const problems = [];
  if (botToken === undefined) {
    problems.push('SLACK_BOT_TOKEN: not set; copy it from "OAuth & Permissions" of the Slack app');
  }
  if (appToken === undefined && signingSecret === undefined) {
    problems.push(
      'SLACK_SIGNING_SECRET: not set, and without it anybody could send commands; copy it from "Basic Information" of the Slack app',
    );
  }
  return { ok: false, problems };
}

function inOrder(levels: readonly { level: string; pageAtMs: number }[], context: z.RefinementCtx): void {
  levels.forEach((level, index) => {
    const before = levels[index - 1];
    if (before !== undefined && level.pageAtMs < before.pageAtMs) {
      const message = `comes before that of ${before.level}; order the levels by time`;
      context.addIssue({ code: 'custom', path: [index, 'pageAt'], message });
    }
    if (levels.findIndex((other) => other.level === level.level) < index) {
      context.addIssue({ code: 'custom', path: [index, 'level'], message: `${level.level} is there twice` });
    }
  });
}
