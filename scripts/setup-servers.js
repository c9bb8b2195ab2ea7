// Installs the real servers that the tests use (Debian), and builds the one that Debian has as source only; elsewhere says what to
// install. Starts nothing, repeats nothing.

import { spawnSync } from 'node:child_process';
import { existsSync } from 'node:fs';
import { makeKubeApiserver } from './kube-apiserver.js';
import { servers } from './servers.js';

const root = process.getuid?.() === 0;
const missing = servers.filter((server) => !server.present());

if (missing.length === 0) console.log(`All servers are here: ${servers.map((server) => server.name).join(', ')}.`);
else if (!existsSync('/etc/debian_version')) {
  console.log(`Tests that need these servers are skipped until you install them: ${listed(missing)}.`);
} else installMissing();
makeKubeApiserver({ install });

function installMissing() {
  const packages = missing.map((server) => server.package);
  if (!mayInstall()) {
    console.log(`Run as root, or install by hand: apt-get install --no-install-recommends ${packages.join(' ')}`);
    process.exit(1);
  }
  console.log(`Installing ${listed(missing)} …`);
  if (!install(packages)) process.exitCode = 1;
  const still = servers.filter((server) => !server.present());
  if (still.length === 0) return console.log('All servers are here; none was started.');
  console.log(`Still missing: ${listed(still)}. What apt-get said is above.`);
  process.exitCode = 1;
}

/** True when all of them are installed now. */
function install(packages) {
  if (!mayInstall()) return false;
  return withoutStartingServices(() => {
    asRoot('apt-get', ['update', '-qq']);
    return asRoot('apt-get', ['install', '-y', '-qq', '--no-install-recommends', ...packages]) === 0;
  });
}

function mayInstall() {
  return root || spawnSync('sudo', ['-n', 'true']).status === 0;
}

function asRoot(command, args) {
  const env = { DEBIAN_FRONTEND: 'noninteractive' };
  const [program, ...rest] = root ? [command, ...args] : ['sudo', '-n', '-E', command, ...args];
  return spawnSync(program, rest, { stdio: 'inherit', env: { ...process.env, ...env } }).status;
}

/** Debian asks policy-rc.d before it starts a service of a new package; 101 means no. A file that is there is kept. */
function withoutStartingServices(work) {
  const policy = '/usr/sbin/policy-rc.d';
  if (existsSync(policy)) return work();
  asRoot('sh', ['-c', `printf '#!/bin/sh\\nexit 101\\n' > ${policy} && chmod 755 ${policy}`]);
  try {
    return work();
  } finally {
    asRoot('rm', [policy]);
  }
}

function listed(some) {
  return some.map((server) => `${server.name} (${server.package})`).join(', ');
}
