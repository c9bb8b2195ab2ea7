// The Redis protocol, versions 2 and 3: reads commands from bytes and writes replies as bytes.

export type Reply =
  | { readonly kind: 'status'; readonly text: string }
  | { readonly kind: 'error'; readonly text: string }
  | { readonly kind: 'integer'; readonly value: number }
  | { readonly kind: 'bulk'; readonly text: string | null }
  | { readonly kind: 'list'; readonly items: readonly Reply[] }
  /** Pairs: a map in version 3, a flat list in version 2. */
  | { readonly kind: 'map'; readonly pairs: readonly (readonly [string, Reply])[] };

export const ok: Reply = { kind: 'status', text: 'OK' };
export const nothing: Reply = { kind: 'bulk', text: null };
export const status = (text: string): Reply => ({ kind: 'status', text });
export const failure = (text: string): Reply => ({ kind: 'error', text });
export const integer = (value: number): Reply => ({ kind: 'integer', value });
export const bulk = (text: string): Reply => ({ kind: 'bulk', text });
export const list = (items: readonly Reply[]): Reply => ({ kind: 'list', items });
export const texts = (items: readonly string[]): Reply => list(items.map(bulk));
export const map = (pairs: readonly (readonly [string, Reply])[]): Reply => ({ kind: 'map', pairs });

export function encodeReply(reply: Reply, version: 2 | 3): string {
  switch (reply.kind) {
    case 'status':
      return `+${reply.text}\r\n`;
    case 'error':
      return `-${reply.text}\r\n`;
    case 'integer':
      return `:${reply.value}\r\n`;
    case 'bulk':
      if (reply.text === null) return version === 3 ? '_\r\n' : '$-1\r\n';
      return `$${Buffer.byteLength(reply.text)}\r\n${reply.text}\r\n`;
    case 'list':
      return `*${reply.items.length}\r\n${reply.items.map((item) => encodeReply(item, version)).join('')}`;
    case 'map': {
      const body = reply.pairs
        .map(([key, value]) => encodeReply(bulk(key), version) + encodeReply(value, version))
        .join('');
      return version === 3 ? `%${reply.pairs.length}\r\n${body}` : `*${reply.pairs.length * 2}\r\n${body}`;
    }
  }
}

/** Gathers bytes and gives out whole commands; throws on bytes that no client sends. */
export function createCommandReader(): (bytes: Buffer) => readonly (readonly string[])[] {
  let waiting: Buffer = Buffer.alloc(0);
  return (bytes) => {
    waiting = Buffer.concat([waiting, bytes]);
    const commands: (readonly string[])[] = [];
    for (let found = readCommand(waiting); found; found = readCommand(waiting)) {
      waiting = waiting.subarray(found.end);
      if (found.words.length > 0) commands.push(found.words);
    }
    return commands;
  };
}

function readCommand(bytes: Buffer): { readonly words: readonly string[]; readonly end: number } | undefined {
  const first = readLine(bytes, 0);
  if (!first) return undefined;
  if (!first.text.startsWith('*')) return { words: first.text.split(/\s+/).filter(Boolean), end: first.end };
  const words: string[] = [];
  let at = first.end;
  for (let left = readCount(first.text); left > 0; left -= 1) {
    const header = readLine(bytes, at);
    if (!header) return undefined;
    const end = header.end + readCount(header.text);
    if (bytes.length < end + 2) return undefined;
    words.push(bytes.toString('utf8', header.end, end));
    at = end + 2;
  }
  return { words, end: at };
}

function readLine(bytes: Buffer, from: number): { readonly text: string; readonly end: number } | undefined {
  const end = bytes.indexOf('\r\n', from);
  return end === -1 ? undefined : { text: bytes.toString('utf8', from, end), end: end + 2 };
}

function readCount(header: string): number {
  const count = Number(header.slice(1));
  if (!Number.isInteger(count)) throw new Error(`Protocol error: invalid length '${header}'`);
  return count;
}
