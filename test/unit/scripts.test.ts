// The commands that people and CI start: exit codes, signals, and the closing line of the tests.

import { spawn } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, describe, expect, test } from 'vitest';
import { findKubeApiserver, makeKubeApiserver } from '../../scripts/kube-apiserver.js';
import { namesServer } from '../../scripts/servers.js';

const folder = mkdtempSync(join(tmpdir(), 'acgs-scripts-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

function start(args: readonly string[], env: Record<string, string> = {}) {
  const child = spawn(process.execPath, args, { env: { ...process.env, ...env, NO_COLOR: '1' } });
  let output = '';
  child.stdout.on('data', (chunk: Buffer) => {
    output += chunk;
  });
  const ended = new Promise<{ code: number | null; output: string }>((done) =>
    child.on('close', (code) => done({ code, output })),
  );
  return { child, ended, seen: (text: string) => expect.poll(() => output, { timeout: 20_000 }).toContain(text) };
}

const runTests = (args: readonly string[], env: Record<string, string> = {}) =>
  start(['scripts/test.js', '--root', 'test/fixtures/skips', ...args], env).ended;

describe('npm test', () => {
  test('names every skip with its reason and ends with one plain line', async () => {
    const { code, output } = await runTests([]);
    expect(code).toBe(0);
    expect(output).toContain('Skipped, needs a moon (see the calendar): 1');
    expect(output).toContain('Skipped, needs a reason: 1');
    expect(output).toContain('Skipped, needs redis-server (npm run setup:servers): 1');
    expect(output.trimEnd().split('\n').at(-1)).toBe('1 passed, 0 failed, 3 skipped');
  });

  test('fails when a test fails', async () => {
    const { code, output } = await runTests([], { SAMPLE_WITH_FAILURES: '1' });
    expect(code).toBe(1);
    expect(output.trimEnd().split('\n').at(-1)).toBe('1 passed, 1 failed, 4 skipped');
  });

  test('in CI does not take a skip for want of a server that setup:servers installs', async () => {
    const { code, output } = await runTests(['--strict']);
    expect(code).toBe(1);
    expect(output).toContain('Not allowed here: skipped tests (needs redis-server (npm run setup:servers))');
    expect(output).not.toContain('Not allowed here: skipped tests (needs a moon');
    expect(output.trimEnd().split('\n').at(-1)).toBe('1 passed, 0 failed, 3 skipped');
  });

  test('takes a choice of tests, and does not call the others skipped without a reason', async () => {
    const { code, output } = await runTests(['-t', 'passes']);
    expect(code).toBe(0);
    expect(output).not.toContain('no reason given');
  });
});

describe('the kube-apiserver of the tests', () => {
  /** A folder of this test with these files in it. */
  function folderWith(name: string, ...files: string[]): string {
    const made = join(folder, name);
    mkdirSync(made, { recursive: true });
    for (const file of files) writeFileSync(join(made, file), 'its build failed after 3 s: no source package\n');
    return made;
  }
  /** A machine whose cache has these files. */
  const machineWith = (name: string, ...files: string[]) => {
    folderWith(join(name, 'kubebuilder', 'debian-1.20.2'), ...files);
    return { XDG_CACHE_HOME: join(folder, name) };
  };

  test('is the one that KUBEBUILDER_ASSETS names, before the one that was built here', () => {
    const KUBEBUILDER_ASSETS = folderWith('assets', 'kube-apiserver', 'etcd');
    const built = machineWith('built', 'kube-apiserver', 'etcd');
    expect(findKubeApiserver({ ...built, KUBEBUILDER_ASSETS })).toEqual({ folder: KUBEBUILDER_ASSETS });
    expect(findKubeApiserver(built)).toEqual({ folder: join(folder, 'built', 'kubebuilder', 'debian-1.20.2') });
  });

  test('a wrong KUBEBUILDER_ASSETS is an error that says what is missing, and no skip', () => {
    const KUBEBUILDER_ASSETS = folderWith('half', 'etcd');
    expect(() => findKubeApiserver({ KUBEBUILDER_ASSETS })).toThrow(/half, which has no kube-apiserver\. Correct it/);
    expect(() => findKubeApiserver({ KUBEBUILDER_ASSETS: join(folder, 'nowhere') })).toThrow(
      /kube-apiserver and no etcd/,
    );
  });

  test('where it cannot be built, that is said in one line and kept, and setup goes on', () => {
    const programs = folderWith('programs');
    const archive = '#!/bin/sh\necho "E: Unable to find a source package (kubernetes)" >&2\nexit 100\n';
    writeFileSync(join(programs, 'apt-get'), archive, { mode: 0o755 });
    const env = {
      ...process.env,
      ...machineWith('bare'),
      KUBEBUILDER_ASSETS: '',
      PATH: `${programs}:${process.env.PATH}`,
    };
    makeKubeApiserver({ install: () => false }, env);
    const { why = '' } = findKubeApiserver(env);
    // On another Debian, or without its compiler, there is an earlier reason.
    expect(why).toMatch(
      /^needs kube-apiserver, and (its build failed after \d+ s: E: Unable to find a source package kubernetes|only the|apt-get)/,
    );
    expect(why).not.toMatch(/[()\n]/);
    expect(namesServer(why, env)).toBe(false);
  });

  test('in CI its skip is taken where setup:servers could not build it, with that reason and no other', () => {
    const failed = machineWith('failed', 'why-not');
    const { why = '' } = findKubeApiserver(failed);
    expect(why).toBe('needs kube-apiserver, and its build failed after 3 s: no source package');
    expect(namesServer(why, failed)).toBe(false);
    expect(namesServer(`${why} today`, failed)).toBe(true);
    const fresh = machineWith('fresh');
    expect(findKubeApiserver(fresh).why).toBe('needs kube-apiserver (npm run setup:servers)');
    for (const reason of [why, findKubeApiserver(fresh).why ?? '']) expect(namesServer(reason, fresh)).toBe(true);
    expect(namesServer(why, machineWith('built', 'why-not'))).toBe(true);
  });
});

describe('node scripts/run.js', () => {
  const program = join(folder, 'program.js');
  writeFileSync(
    program,
    `process.on('SIGTERM', () => { console.log('stopping'); process.exit(3); });
     console.log(process.version, JSON.stringify(process.argv.slice(2)));
     if (process.argv[2] === 'end') process.exit(7);
     setInterval(() => {}, 1_000);`,
  );

  test('runs a file under Node 24 with its arguments, and ends with its exit code', async () => {
    const { code, output } = await start(['scripts/run.js', program, 'end', '--port', 'a b']).ended;
    expect(output).toMatch(/^v24\.\d+\.\d+ \["end","--port","a b"\]/);
    expect(code).toBe(7);
  });

  test('hands signals on and waits for a clean end', async () => {
    const running = start(['scripts/run.js', program]);
    await running.seen('v24');
    running.child.kill('SIGTERM');
    const { code, output } = await running.ended;
    expect(output).toContain('stopping');
    expect(code).toBe(3);
  });

  test('says how it is used', async () => {
    expect((await start(['scripts/run.js']).ended).code).toBe(2);
  });
});
