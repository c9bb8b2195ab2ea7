// The real kube-apiserver of some tests: where it is, why it is not there, and how it is made, once per machine.

import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { homedir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

const programs = ['kube-apiserver', 'etcd'];
const builder = fileURLToPath(new URL('build-kube-apiserver.sh', import.meta.url));
/** It takes 3.5 minutes of one core. */
const buildWithinS = 1_200;
/** What the builder needs of Debian, each with a file of it. */
const needed = { 'golang-1.19-go': '/usr/lib/go-1.19/bin/go', 'etcd-server': '/usr/bin/etcd' };

/**
 * The folder that has kube-apiserver and etcd: the one that KUBEBUILDER_ASSETS names, as for controller-runtime's envtest, or the one
 * that `npm run setup:servers` has filled.
 *
 * @param {Record<string, string | undefined>} env
 * @returns {{ folder: string, why?: undefined } | { folder?: undefined, why: string, cannotBeMade: boolean }}
 * @throws when KUBEBUILDER_ASSETS is set and wrong: whoever set it wants those tests to run
 */
export function findKubeApiserver(env = process.env) {
  const named = env.KUBEBUILDER_ASSETS;
  if (named) {
    const missing = programs.filter((program) => !existsSync(join(named, program)));
    if (missing.length === 0) return { folder: named };
    throw new Error(
      `KUBEBUILDER_ASSETS is ${named}, which has no ${missing.join(' and no ')}. Correct it, or unset it and run \`npm run setup:servers\`.`,
    );
  }
  const folder = cacheFolder(env);
  if (programs.every((program) => existsSync(join(folder, program)))) return { folder };
  const failed = whyNotFile(env);
  if (!existsSync(failed)) return { why: 'needs kube-apiserver (npm run setup:servers)', cannotBeMade: false };
  return { why: `needs kube-apiserver, and ${readFileSync(failed, 'utf8').trim()}`, cannotBeMade: true };
}

/**
 * Makes it if it is not there. What stands in the way is said in one line and kept for the tests, whose skips name it; it is no
 * failure, because a machine may have no source packages at hand.
 *
 * @param {{ install: (packages: readonly string[]) => boolean }} given
 */
export function makeKubeApiserver({ install }, env = process.env) {
  let found;
  try {
    found = findKubeApiserver(env);
  } catch (error) {
    console.log(error.message);
    process.exitCode = 2;
    return;
  }
  if (found.folder !== undefined) return console.log(`kube-apiserver is here: ${found.folder}`);
  const folder = cacheFolder(env);
  mkdirSync(folder, { recursive: true });
  const why = make(folder, install, env);
  if (why === undefined) {
    rmSync(whyNotFile(env), { force: true });
    console.log(`kube-apiserver is here: ${folder}`);
  } else {
    writeFileSync(whyNotFile(env), `${why}\n`);
    console.log(`No kube-apiserver: ${why}. Tests that need it are skipped.`);
  }
}

/** @returns {string | undefined} why there is none now */
function make(folder, install, env) {
  if (codename() !== 'bookworm') return 'only the source package of Debian 12 is known to build';
  const missing = Object.entries(needed).flatMap(([name, file]) => (existsSync(file) ? [] : [name]));
  if (missing.length > 0 && !install(missing)) return `apt-get cannot install ${missing.join(' and ')}`;
  console.log(
    'Building kube-apiserver from its source package, once on this machine; about 2 minutes on two idle cores …',
  );
  const began = performance.now();
  // `timeout` ends the compilers, too.
  const built = spawnSync('timeout', ['--kill-after=10s', `${buildWithinS}s`, builder, folder], {
    stdio: ['ignore', 'inherit', 'pipe'],
    env,
    encoding: 'utf8',
  });
  const took = `${Math.round((performance.now() - began) / 1_000)} s`;
  if (built.status === 0) return void console.log(`Built in ${took}.`);
  if (built.status === 124 || built.status === 137) return `its build was ended after ${buildWithinS / 60} minutes`;
  // Without brackets: the reason of a skip stands in some.
  const said = (built.error?.message ?? built.stderr).trim().split('\n').at(-1)?.replace(/[()]/g, '') ?? '';
  return `its build failed after ${took}: ${said.slice(0, 200)}`;
}

function codename() {
  const release = '/etc/os-release';
  return existsSync(release) ? /^VERSION_CODENAME=(.*)$/m.exec(readFileSync(release, 'utf8'))?.[1] : undefined;
}

function cacheFolder(env) {
  return join(env.XDG_CACHE_HOME || join(env.HOME || homedir(), '.cache'), 'kubebuilder', 'debian-1.20.2');
}

function whyNotFile(env) {
  return join(cacheFolder(env), 'why-not');
}
