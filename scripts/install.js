// Installs the project's packages when they are missing or outdated, and names the Node that runs everything else.

import { spawnSync } from 'node:child_process';
import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const root = fileURLToPath(new URL('..', import.meta.url));

const oldest = 20;
const wanted = 24;

/**
 * Makes the packages of package-lock.json present and returns the path of a Node 24: the one pinned in package.json, or the
 * running one where only production packages are installed (images bring their own Node). Ends the process with a clear
 * message when that is not possible. Runs on Node 20 with nothing installed.
 *
 * @param {{ toDevelop?: boolean }} [needs] `toDevelop`: also what tests and checks use
 * @returns {string}
 */
export function ensureInstalled({ toDevelop = false } = {}) {
  const major = Number(process.versions.node.split('.')[0]);
  if (major < oldest) fail(`Node ${oldest} or newer is needed to start, this is ${process.version}.`);
  if (upToDate(toDevelop)) {
    const node = usableNode(major);
    if (node !== undefined) return node;
  }
  process.stderr.write('Installing the packages of package-lock.json (once, about a minute) …\n');
  const npm = spawnSync('npm', ['ci', '--no-audit', '--no-fund'], {
    cwd: root,
    stdio: ['ignore', 2, 2],
    shell: onWindows,
  });
  if (npm.error) fail(`npm cannot be started (${npm.error.message}). It comes with Node; is it on the PATH?`);
  if (npm.status !== 0) fail(`\`npm ci\` failed with code ${npm.status}; what it said is above.`);
  const node = usableNode(major);
  if (node !== undefined) return node;
  return fail(
    `The package \`node\` did not install Node ${wanted}: its install script did not run. Allow it with ` +
      '`npm config set ignore-scripts false` and run `npm ci`, or start with Node 24 of your own.',
  );
}

const onWindows = process.platform === 'win32';

/** Every package that the lock file asks for is there in that version. Compares content: times of files lie after a checkout. */
function upToDate(toDevelop) {
  const asked = packagesIn('package-lock.json');
  const present = packagesIn(join('node_modules', '.package-lock.json'));
  if (asked === undefined || present === undefined) return false;
  return Object.entries(asked).every(([path, { version, dev, devOptional, optional, link }]) => {
    if (path === '' || optional || link) return true;
    if ((dev || devOptional) && !toDevelop) return true;
    return present[path]?.version === version;
  });
}

function packagesIn(file) {
  const path = join(root, file);
  return existsSync(path) ? JSON.parse(readFileSync(path, 'utf8')).packages : undefined;
}

function usableNode(major) {
  const pinned = join(root, 'node_modules', 'node', 'bin', onWindows ? 'node.exe' : 'node');
  if (existsSync(pinned) && spawnSync(pinned, ['--version']).status === 0) return pinned;
  return major >= wanted ? process.execPath : undefined;
}

function fail(message) {
  process.stderr.write(`${message}\n`);
  process.exit(2);
}
