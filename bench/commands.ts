// Slash commands as Slack sends them, signed, at a steady rate, with the time until each was acknowledged.

import { Agent, request } from 'node:http';
import { setTimeout as sleep } from 'node:timers/promises';
import { signatureOf } from '../src/simulator/slack/signing.ts';
import { type CompanyAddresses, typists } from './company-thread.ts';

/** What people type most of the time. */
export function reads(number: number): string {
  return number % 2 === 0 ? 'status' : 'incident list';
}

/** What is typed, in turn: of fifty commands one starts a health check, one an incident (later ones join it), the others read. */
export function mixed(number: number): string {
  const turn = number % 50;
  if (turn === 0) return 'health';
  if (turn === 25) return 'incident latency';
  return reads(turn);
}

/** Connections are kept open, but not as long as a server keeps them: it would close one at the moment of the next command. */
const agent = new Agent({ keepAlive: true, maxSockets: 256, timeout: 2_000 });

let sent = 0;

/** Sends one command, of the next person in turn; resolves with the ms until its 200. Rejects on any other answer. */
export async function send(company: CompanyAddresses, url: string, text: string, trigger: string): Promise<number> {
  const { id, name } = typists[sent++ % typists.length] ?? { id: 'U0RITA', name: 'rita' };
  const body = new URLSearchParams({
    token: 'deprecated',
    team_id: company.slack.teamId,
    team_domain: 'bench',
    channel_id: company.slack.channel,
    channel_name: 'incidents',
    user_id: id,
    user_name: name,
    command: '/acgs',
    text,
    api_app_id: 'A0BENCH',
    is_enterprise_install: 'false',
    response_url: company.sink,
    trigger_id: trigger,
  }).toString();
  const seconds = Math.floor(Date.now() / 1_000);
  const headers = {
    'content-type': 'application/x-www-form-urlencoded',
    'content-length': Buffer.byteLength(body),
    'x-slack-request-timestamp': String(seconds),
    'x-slack-signature': signatureOf(company.slack.signingSecret, seconds, body),
  };
  const begun = performance.now();
  return new Promise((resolve, reject) => {
    const asking = request(`${url}/slack/events`, { method: 'POST', agent, headers }, (response) => {
      let said = '';
      response.on('data', (data: Buffer) => {
        said += data.toString();
      });
      response.on('end', () => {
        const tookMs = performance.now() - begun;
        // What could not be stored is answered 200 with words; that is no acknowledgement.
        if (response.statusCode === 200 && said === '') resolve(tookMs);
        else reject(new Error(`a command was answered ${response.statusCode} ${said}`));
      });
    });
    asking.on('error', reject);
    asking.end(body);
  });
}

/** Sends so many a second, whether or not earlier ones were answered: people do not wait for each other. */
export async function atRate(
  perSecond: number,
  count: number,
  one: (number: number) => Promise<number>,
): Promise<readonly number[]> {
  const begun = performance.now();
  const sent: Promise<number>[] = [];
  for (let number = 0; number < count; number += 1) {
    const waitMs = begun + (number * 1_000) / perSecond - performance.now();
    if (waitMs > 0) await sleep(waitMs);
    sent.push(one(number));
  }
  return Promise.all(sent);
}

/** Keeps so many under way until all are done. */
export async function sideBySide(
  width: number,
  count: number,
  one: (number: number) => Promise<unknown>,
): Promise<void> {
  let next = 0;
  await Promise.all(
    Array.from({ length: width }, async () => {
      while (next < count) {
        next += 1;
        await one(next - 1);
      }
    }),
  );
}
