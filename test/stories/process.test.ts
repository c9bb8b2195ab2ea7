// The bot as a process: what it says to a wrong start, and how it ends on SIGTERM when everything around it hangs.

import { type ChildProcess, execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type PretendCompany, startPretendCompany } from '../../src/simulator/pretend-company.ts';
import { prepareDirectory } from '../support/prepared-store.ts';
import { spawnBot } from '../support/spawn-bot.ts';
import { until } from '../support/story.ts';

const root = join(import.meta.dirname, '../..');
let folder: string;
let bot: ChildProcess | undefined;
let said: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'acgs-process-'));
});
afterEach(() => {
  bot?.kill('SIGKILL');
  rmSync(folder, { recursive: true, force: true });
});

function start(args: readonly string[], env: Readonly<Record<string, string>> = {}): ChildProcess {
  said = '';
  const started = spawnBot(args, env, folder);
  for (const stream of [started.stdout, started.stderr]) {
    stream.on('data', (data: Buffer) => {
      said += data.toString();
    });
  }
  bot = started;
  return started;
}

async function end(process: ChildProcess): Promise<unknown> {
  const [code] = await once(process, 'close');
  return code;
}

describe('a wrong start', () => {
  it.each([
    [['--nope'], "Unknown option '--nope'. The only option is --config FILE.\n"],
    [['extra'], "Unexpected argument 'extra'. The only option is --config FILE.\n"],
    [['--config'], "Option '--config <value>' argument missing. The only option is --config FILE.\n"],
  ])('with %j is told in one line', async (args, line) => {
    expect(await end(start(args))).toBe(2);
    expect(said).toBe(line);
  });
});

describe.each(['http', 'socket'] as const)('SIGTERM over %s', (transport) => {
  let company: PretendCompany;
  beforeEach(async () => {
    company = await startPretendCompany({
      world: { buckets: 'fine' },
      slack: { rateLimits: 'generous', ...(transport === 'socket' ? { socketMode: {} } : {}) },
    });
  });
  afterEach(() => company.stop());

  async function startBot(): Promise<ChildProcess> {
    const { slack, systems } = company;
    const config = join(folder, 'config.yml');
    await prepareDirectory(join(folder, 'data'));
    writeFileSync(
      config,
      JSON.stringify({
        slack: { channel: slack.channel('incidents').id },
        escalation: [{ level: 'L1', name: 'On-call engineer', pageAt: '0m', slack: ['S0ONCALL'] }],
        systems: { prometheus: { url: systems.prometheus } },
        runbooks: [join(root, 'runbooks/acgs2')],
        store: { path: join(folder, 'data') },
      }),
    );
    const started = start(['--config', config], {
      SLACK_BOT_TOKEN: slack.botToken,
      ...(transport === 'http' ? { SLACK_SIGNING_SECRET: slack.signingSecret } : { SLACK_APP_TOKEN: slack.appToken }),
      SLACK_API_URL: `${slack.url}/api/`,
      HOST: '127.0.0.1',
      PORT: '0',
    });
    const url = await until('the start', () => /"url":"(http:[^"]+)".*"ready"/.exec(said)?.[1], 30_000);
    slack.deliverTo(`${url}/slack/events`);
    if (transport === 'socket') await until('two connections', () => slack.socketMode.connections().length === 2);
    return started;
  }

  it('ends the process with 0 within 10 s although Prometheus and Slack hang in the middle of an incident', async () => {
    const process = await startBot();
    const { slack, world } = company;
    world.inject('prometheus:hang');
    await slack.command('rita', '#incidents', 'incident latency');
    await until('the channel', () => slack.channels().some((channel) => channel.name.startsWith('inc-')));
    slack.faults.fail('*', { kind: 'hang' }, Number.POSITIVE_INFINITY);
    await slack.command('rita', '#incidents', 'health');
    const begun = Date.now();
    process.kill('SIGTERM');
    expect(await end(process)).toBe(0);
    expect(Date.now() - begun).toBeLessThan(10_000);
    expect(said).not.toMatch(/unhandled rejection/);
  }, 60_000);

  /** The terminal as people start it. */
  const acgs = (...words: readonly string[]) =>
    promisify(execFile)(process.execPath, [join(root, 'src/terminal/main.ts'), ...words], {
      env: { PATH: process.env.PATH, ACGS_CONFIG: join(folder, 'config.yml'), NODE_NO_WARNINGS: '1' },
    });

  if (transport === 'http')
    it('F11: while Slack is away the incident is handled in the terminal, and Slack catches up', async () => {
      await startBot();
      const { slack } = company;
      slack.faults.fail('*', { kind: 'http', status: 503 }, Number.POSITIVE_INFINITY);
      expect((await acgs('incident', 'latency', 'nobody can post')).stdout).toMatch(/^INC-1 is open/);
      expect((await acgs('ack')).stdout).toMatch(/^You acknowledged INC-1/);
      expect((await acgs('incident', 'show', 'INC-1')).stdout).toMatch(/acknowledged by \S+ at the terminal/);
      await expect(acgs('do', 'scale-out')).rejects.toMatchObject({
        code: 1,
        stderr: expect.stringContaining('which account is yours'),
      });
      expect((await acgs('audit', 'verify')).stdout).toMatch(/every hash fits/);
      await expect(acgs('audit', 'export')).rejects.toMatchObject({ code: 3 });
      slack.faults.clear();
      await until('the card', () =>
        slack
          .channels()
          .filter(({ name }) => name.startsWith('inc-'))
          .some(({ id }) => slack.messages(id).some(({ text }) => /Acknowledged \S+ at the terminal/.test(text))),
      );
    }, 120_000);

  it('ends an idle process without having to cut anything off', async () => {
    const process = await startBot();
    const begun = Date.now();
    process.kill('SIGTERM');
    expect(await end(process)).toBe(0);
    expect(Date.now() - begun).toBeLessThan(10_000);
    expect(said).not.toMatch(/did not stop in time/);
  }, 60_000);
});
