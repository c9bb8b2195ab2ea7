// The Slack manifests, for HTTP and for Socket Mode: valid by Slack's own schema, one app, and asking for neither too little nor too much.

import { readFileSync } from 'node:fs';
import { Ajv } from 'ajv';
import formats from 'ajv-formats';
import { describe, expect, test } from 'vitest';
import { parse } from 'yaml';
import { actionIds } from '../src/slack/ids.ts';
import { sourceFiles } from './support/source-files.ts';

interface Manifest {
  readonly features: {
    readonly slash_commands: readonly { readonly command: string; readonly should_escape: boolean; url?: string }[];
  };
  readonly settings: {
    readonly interactivity: { request_url?: string };
    readonly event_subscriptions: { request_url?: string };
    socket_mode_enabled: boolean;
  };
  readonly oauth_config: { readonly scopes: { readonly bot: readonly string[] } };
}

const files = ['manifest.yml', 'manifest.socket.yml'] as const;
const read = (file: string) => readFileSync(file, 'utf8');
const text = read('manifest.yml');
const manifest = parse(text) as Manifest;
const schema: object = JSON.parse(readFileSync('test/fixtures/vendor/manifest.schema.2.0.0.json', 'utf8'));
const ajv = new Ajv({ strict: false, allErrors: true });
formats.default(ajv);
const isValid = ajv.compile(schema);

function faultsOf(yaml: string): unknown {
  return isValid(parse(yaml)) ? [] : isValid.errors;
}

describe("Slack's schema", () => {
  test.each(files)('takes %s as it is', (file) => {
    expect(faultsOf(read(file))).toEqual([]);
  });

  test('is really asked: it refuses a manifest with a mistake', () => {
    expect(faultsOf(text.replace('command: /acgs', 'command: acgs'))).not.toEqual([]);
    expect(faultsOf(text.replace('is_enabled', 'enabled'))).not.toEqual([]);
  });
});

test('over HTTP, commands and interactions go to the one path that the bot serves', () => {
  const address = 'https://acgs.example.com/slack/events';
  expect(manifest).toMatchObject({
    features: { slash_commands: [{ url: address }] },
    settings: {
      interactivity: { is_enabled: true, request_url: address },
      event_subscriptions: { request_url: address },
      socket_mode_enabled: false,
    },
  });
  expect(readFileSync('src/app.ts', 'utf8')).toContain("'POST /slack/events'");
});

test('what it offers and subscribes to is what the bot takes', () => {
  expect(manifest).toMatchObject({
    features: { shortcuts: [{ type: 'message', callback_id: actionIds.addToIncident }] },
    settings: { event_subscriptions: { bot_events: ['reaction_added'] } },
  });
});

test('the manifest for Socket Mode is the same app, with the switch in place of the addresses', () => {
  const same = structuredClone(manifest);
  for (const command of same.features.slash_commands) delete command.url;
  delete same.settings.interactivity.request_url;
  delete same.settings.event_subscriptions.request_url;
  same.settings.socket_mode_enabled = true;
  expect(parse(read('manifest.socket.yml'))).toEqual(same);
});

test('the command hands over mentions as ids', () => {
  expect(manifest.features.slash_commands).toMatchObject([{ command: '/acgs', should_escape: true }]);
});

describe('scopes', () => {
  const scopes = manifest.oauth_config.scopes.bot;

  test.each(files)('each has its reason beside it in %s', (file) => {
    const unreasoned = scopes.filter((scope) => !new RegExp(`^ +- ${scope} # \\S+ \\S+`, 'm').test(read(file)));
    expect(unreasoned).toEqual([]);
  });

  /** What each method of the Web API that the bot calls asks for (docs.slack.dev/reference/methods). Null: no scope. */
  const needs: Readonly<Record<string, string | null>> = {
    'auth.test': null,
    'chat.postEphemeral': 'chat:write',
    'chat.postMessage': 'chat:write',
    'chat.update': 'chat:write',
    'conversations.create': 'channels:manage',
    'conversations.history': 'channels:history',
    'conversations.invite': 'channels:manage',
    'conversations.replies': 'channels:history',
    'conversations.setTopic': 'channels:manage',
    'files.completeUploadExternal': 'files:write',
    'files.getUploadURLExternal': 'files:write',
    'files.info': 'files:read',
    'pins.add': 'pins:write',
    'reactions.get': 'reactions:read',
    'usergroups.users.list': 'usergroups:read',
    'users.conversations': 'channels:read',
    'users.info': 'users:read',
    'views.open': null,
  };

  const families = 'apps|auth|bookmarks|canvases|chat|conversations|files|pins|reactions|team|usergroups|users|views';
  const method = new RegExp(`'((?:${families})\\.[a-zA-Z.]+)'`, 'g');
  const called = new Set(
    sourceFiles('src/slack/**/*.ts')
      // It names methods to pace them, and calls none.
      .filter(({ path }) => path !== 'src/slack/pacing.ts')
      .flatMap((file) => [...file.code.matchAll(method)].map((m) => m[1] ?? '')),
  );

  test('cover every method of the Web API that the bot calls', () => {
    expect(called.size).toBeGreaterThan(5);
    const lacking = [...called].filter((name) => {
      const scope = needs[name];
      return scope === undefined || (scope !== null && !scopes.includes(scope));
    });
    expect(lacking).toEqual([]);
  });

  /** What is asked for without a method of its own, each with the place in the manifest or in the code that needs it. */
  const without: Readonly<Record<string, boolean>> = {
    commands: manifest.features.slash_commands.length > 0,
    // chat.postMessage into the configured channel, which nobody has to invite the bot to.
    'chat:write.public': called.has('chat.postMessage'),
  };

  test.each(scopes)('%s is used: by a method that the bot calls, or by what the app is', (scope) => {
    const users = Object.keys(needs).filter((name) => needs[name] === scope && called.has(name));
    expect(users.length > 0 || without[scope] === true).toBe(true);
  });

  test('no method stands in the list that the bot does not call', () => {
    expect(Object.keys(needs).filter((name) => !called.has(name))).toEqual([]);
  });
});
