// The real servers that tests use and Debian has: how to find each, its package, and the words a skip reason names it by.

import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { findKubeApiserver } from './kube-apiserver.js';

export const servers = [
  { name: 'Redis', package: 'redis-server', present: () => onPath('redis-server'), words: ['redis'] },
  { name: 'Prometheus', package: 'prometheus', present: () => onPath('promtool'), words: ['prometheus', 'promtool'] },
  {
    name: 'Alertmanager',
    package: 'prometheus-alertmanager',
    present: () => onPath('prometheus-alertmanager') || onPath('alertmanager'),
    words: ['alertmanager'],
  },
  // Debian keeps the server's programs off the PATH.
  { name: 'PostgreSQL', package: 'postgresql', present: postgresPresent, words: ['postgres'] },
  { name: 'Chromium', package: 'chromium', present: () => onPath('chromium'), words: ['chromium', 'browser'] },
];

/**
 * True when the reason of a skip names a server that `npm run setup:servers` installs or makes here. A kube-apiserver that could not be made
 * has the reason that setup has kept, and no other.
 */
export function namesServer(reason, env = process.env) {
  if (reason.includes('kube-apiserver')) {
    const found = findKubeApiserver(env);
    return !(found.folder === undefined && found.cannotBeMade && found.why === reason);
  }
  return servers.some(({ words }) => words.some((word) => reason.toLowerCase().includes(word)));
}

function onPath(program) {
  return (process.env.PATH ?? '').split(':').some((folder) => existsSync(join(folder, program)));
}

function postgresPresent() {
  if (onPath('postgres')) return true;
  const versions = '/usr/lib/postgresql';
  return (
    existsSync(versions) && readdirSync(versions).some((one) => existsSync(join(versions, one, 'bin', 'postgres')))
  );
}
