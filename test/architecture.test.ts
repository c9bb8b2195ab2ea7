// The rules of the house, held by a test: who may enter where, who may use which package, and what no file may do.

import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { type SourceFile, sourceFiles } from './support/source-files.ts';

const sources = sourceFiles('src/**/*.ts');
const everything = [
  ...sources,
  ...sourceFiles('test/**/*.ts'),
  ...sourceFiles('{scripts,bin}/*.js'),
  ...sourceFiles('bench/**/*.ts'),
];

/** Which of our rooms each room may enter, besides itself. Files directly under src/ (app, main, config, log, clock) are no rooms. */
const mayEnter: Readonly<Record<string, readonly string[]>> = {
  core: [],
  runbook: ['core'],
  response: ['core', 'runbook'],
  systems: ['core'],
  charts: ['core'],
  slack: ['core', 'response'],
  terminal: ['core', 'response'],
  intake: ['core', 'response'],
  store: ['core'],
  simulator: [],
};

/** Packages that have one home; whatever is not here is small and general, and may be used where it serves. */
const homeOf: Readonly<Record<string, string>> = {
  '@marcbachmann/cel-js': 'src/runbook/',
  axios: 'src/systems/http',
  ioredis: 'src/systems/redis/',
  '@kubernetes/client-node': 'src/systems/kubernetes/',
  'chart.js': 'src/charts/',
  'chartjs-adapter-luxon': 'src/charts/',
  'chartjs-plugin-annotation': 'src/charts/',
  '@napi-rs/canvas': 'src/charts/',
  '@fontsource/inter': 'src/charts/',
  'quickchart-js': 'src/charts/',
  '@slack/bolt': 'src/slack/',
  '@slack/socket-mode': 'src/slack/',
  '@slack/types': 'src/slack/',
  '@slack/web-api': 'src/slack/',
  pg: 'src/store/',
  kysely: 'src/store/',
  'pg-boss': 'src/store/',
  '@electric-sql/pglite': 'src/store/',
  pino: 'src/log.ts',
  ws: 'src/simulator/slack/',
};

/** Programs that people start: they put rooms together and may enter all of them. */
const entrances = ['src/main.ts', 'src/app.ts', 'src/terminal/main.ts', 'src/simulator/demo.ts'];

describe('who may enter where', () => {
  test.each(Object.keys(mayEnter))('%s enters only the rooms that are open to it', (room) => {
    const open = [room, ...(mayEnter[room] ?? [])];
    const trespasses = inRoom(room).flatMap((file) =>
      ownImports(file)
        .filter((imported) => !open.includes(roomOf(imported) ?? imported))
        .map((imported) => `${file.path} → ${imported}`),
    );
    expect(trespasses).toEqual([]);
  });

  test('every folder of src is a room with a rule', () => {
    const rooms = new Set(sources.map((file) => roomOf(file.path)).filter((room) => room !== undefined));
    expect([...rooms].filter((room) => mayEnter[room] === undefined)).toEqual([]);
  });

  test('outside of the rooms nobody enters the simulator', () => {
    const files = sources.filter((file) => roomOf(file.path) === undefined);
    expect(files.filter((file) => ownImports(file).some((path) => roomOf(path) === 'simulator'))).toEqual([]);
  });

  test('the demo knows the bot by app and config only', () => {
    const open = ['src/app.ts', 'src/config.ts', 'src/log.ts', 'src/clock.ts'];
    const demo = sources.filter((file) => file.path === 'src/simulator/demo.ts').flatMap(ownImports);
    expect(demo.filter((path) => roomOf(path) !== 'simulator' && !open.includes(path))).toEqual([]);
  });

  test('systems are strangers to each other, and share only what lies beside their folders', () => {
    const acquainted = inRoom('systems').flatMap((file) => {
      const own = systemOf(file.path);
      if (own === undefined) return [];
      return ownImports(file)
        .filter((path) => roomOf(path) === 'systems' && (systemOf(path) ?? own) !== own)
        .concat(ownImports(file).filter((path) => path === 'src/systems/index.ts'))
        .map((path) => `${file.path} → ${path}`);
    });
    expect(acquainted).toEqual([]);
  });

  test('core uses no package, not even of Node', () => {
    expect(packagesUsed('src/core/')).toEqual([]);
  });

  test.each(Object.entries(homeOf))('%s is used by %s alone', (name, home) => {
    const users = sources.filter((file) => file.imports.includes(name)).map((file) => file.path);
    expect(users.filter((path) => !path.startsWith(home))).toEqual([]);
  });

  test('nobody imports what package.json does not name', () => {
    const { dependencies } = JSON.parse(readFileSync('package.json', 'utf8')) as { dependencies: object };
    const known = new Set(Object.keys(dependencies));
    const unknown = packagesUsed('src/').filter((name) => !name.startsWith('node:') && !known.has(name));
    expect(unknown).toEqual([]);
  });
});

describe('what no file may do', () => {
  test('only the clock reads the time; the simulator has a clock of its own', () => {
    const readers = sources.filter((file) => /\bDate\.now\b|\bnew Date\(\s*\)/.test(file.code));
    expect(pathsOf(readers.filter((file) => roomOf(file.path) !== 'simulator'))).toEqual(['src/clock.ts']);
  });

  test('core and runbook never wait, and hold no stopwatch', () => {
    const waiting = [...inRoom('core'), ...inRoom('runbook')].filter((file) =>
      /\b(?:setTimeout|setInterval|setImmediate|queueMicrotask|performance)\b/.test(file.code),
    );
    expect(pathsOf(waiting)).toEqual([]);
  });

  test('only the configuration reads the environment', () => {
    const readers = sources.filter((file) => /\bprocess\s*\.\s*env\b|\bprocess\[/.test(file.code));
    expect(pathsOf(readers)).toEqual(['src/config.ts']);
  });

  test('only the programs end the process', () => {
    const enders = sources.filter((file) => /\bprocess\.exit\(/.test(file.code));
    expect(pathsOf(enders).filter((path) => !entrances.includes(path))).toEqual([]);
  });

  test('nobody writes to the console but the programs', () => {
    const writers = sources.filter((file) => /\bconsole\.\w+\(/.test(file.code));
    expect(pathsOf(writers).filter((path) => !entrances.includes(path))).toEqual([]);
  });

  test('only slack mentions Block Kit', () => {
    const open = ['slack', 'simulator'];
    const mentions = sources.filter((file) => /block_id|action_id|mrkdwn|rich_text/.test(file.code));
    expect(pathsOf(mentions.filter((file) => !open.includes(roomOf(file.path) ?? '')))).toEqual([]);
  });

  test('no module is ever mocked: a fake is a world at the wire', () => {
    const mocks = ['mock', 'doMock', 'hoisted', 'stubGlobal'].map((name) => `vi.${name}(`);
    expect(pathsOf(everything.filter((file) => mocks.some((mock) => file.code.includes(mock))))).toEqual([]);
  });

  test('no test is run alone: a forgotten `.only` silences all others', () => {
    const alone = everything.filter((file) => /\b(?:test|it|describe)\.only\b/.test(file.code));
    expect(pathsOf(alone)).toEqual([]);
  });
});

describe('how files are written', () => {
  test('none is longer than 300 lines', () => {
    const long = sources.filter((file) => file.text.split('\n').length > 301);
    expect(long.map((file) => `${file.path}: ${file.text.split('\n').length - 1}`)).toEqual([]);
  });

  test('each begins with a sentence on what it is', () => {
    const silent = everything.filter((file) => !/^(?:#!.*\n)?\/\/ \S+ \S+/.test(file.text));
    expect(pathsOf(silent)).toEqual([]);
  });

  test('names are in kebab-case and say what is inside: no drawers', () => {
    const drawers = /(^|[-/])(utils?|helpers?|common|misc|types|manager|service)(\.[jt]s|\/|$)/;
    const odd = everything.filter(({ path }) => drawers.test(path) || !/^[a-z0-9/.-]+$/.test(path));
    expect(pathsOf(odd)).toEqual([]);
  });

  test('there are no default exports, so that a thing has one name everywhere', () => {
    expect(pathsOf(sources.filter((file) => /^export default\b/m.test(file.code)))).toEqual([]);
  });

  test('nothing is left for later', () => {
    const later = new RegExp(['TO', 'DO|FIX', 'ME|XX', 'X\\b'].join(''));
    expect(pathsOf(everything.filter((file) => later.test(file.text)))).toEqual([]);
  });
});

function inRoom(room: string): readonly SourceFile[] {
  return sources.filter((file) => roomOf(file.path) === room && !entrances.includes(file.path));
}

/** `core` of `src/core/event.ts`; undefined for files directly under src/. */
function roomOf(path: string): string | undefined {
  return /^src\/([^/]+)\//.exec(path)?.[1];
}

/** `redis` of `src/systems/redis/ping.ts`; undefined for what all systems share. */
function systemOf(path: string): string | undefined {
  return /^src\/systems\/([^/]+)\//.exec(path)?.[1];
}

function ownImports(file: SourceFile): readonly string[] {
  return file.imports.filter((name) => name.startsWith('src/'));
}

function packagesUsed(under: string): readonly string[] {
  const used = sources.filter((file) => file.path.startsWith(under)).flatMap((file) => file.imports);
  return [...new Set(used.filter((name) => !/^(?:src|test|package\.json|runbooks)\b/.test(name)))];
}

function pathsOf(files: readonly SourceFile[]): readonly string[] {
  return files.map((file) => file.path);
}
