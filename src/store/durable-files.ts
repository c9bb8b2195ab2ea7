// PGlite's directory storage with a real fsync: its own skips it, so that a power loss could take commits back.

import { closeSync, fsyncSync, openSync } from 'node:fs';
import type { PGlite } from '@electric-sql/pglite';
import { NodeFS } from '@electric-sql/pglite/nodefs';
import { isPlainObject } from './storable.ts';

const ioError = 29;

interface OpenFile {
  readonly nfd?: number;
  readonly node: unknown;
}

/** The part of Emscripten's NODEFS that is patched. */
interface NodeFiles {
  readonly stream_ops: { fsync?: (file: OpenFile) => number };
  realPath(node: unknown): string;
}

export class DurableFiles extends NodeFS {
  #synced = 0;

  /** How many times the engine asked for an fsync and got one. */
  get synced(): number {
    return this.#synced;
  }

  override async init(...[pglite, options]: Parameters<NodeFS['init']>): ReturnType<NodeFS['init']> {
    const result = await super.init(pglite, options);
    const before = result.emscriptenOpts.preRun ?? [];
    result.emscriptenOpts.preRun = [
      (module: object) => this.#patch(module),
      ...(Array.isArray(before) ? before : [before]),
    ];
    return result;
  }

  #patch(module: object): void {
    const files: unknown = Reflect.get(module, 'NODEFS');
    if (!isNodeFiles(files)) return;
    files.stream_ops.fsync = (file) => {
      try {
        syncToDisk(files, file);
        this.#synced += 1;
        return 0;
      } catch (error) {
        const code = isPlainObject(error) ? error.code : undefined;
        // Pipes and sockets cannot be synced, and need not be.
        return code === 'EINVAL' || code === 'EBADF' ? 0 : ioError;
      }
    };
  }
}

/** The start parameters of an engine over such files. The other sync methods are stubs in the WebAssembly build. */
export function synced(params: readonly string[]): string[] {
  return [...params.filter((param) => param !== '-F'), '-c', 'fsync=on', '-c', 'wal_sync_method=fsync'];
}

/**
 * Whether commits really reach the disk. A later PGlite that names things differently would otherwise lose the patch silently.
 */
export async function isDurable(pglite: PGlite, files: DurableFiles): Promise<boolean> {
  const settings = await pglite.query<{ setting: string }>(`select setting from pg_settings where name = 'fsync'`);
  const before = files.synced;
  await pglite.exec('create table if not exists durability_probe (n integer); drop table durability_probe;');
  return settings.rows[0]?.setting === 'on' && files.synced > before;
}

function syncToDisk(files: NodeFiles, file: OpenFile): void {
  if (file.nfd !== undefined) {
    fsyncSync(file.nfd);
    return;
  }
  const directory = openSync(files.realPath(file.node), 'r');
  try {
    fsyncSync(directory);
  } finally {
    closeSync(directory);
  }
}

function isNodeFiles(value: unknown): value is NodeFiles {
  return isPlainObject(value) && isPlainObject(value.stream_ops) && typeof value.realPath === 'function';
}
