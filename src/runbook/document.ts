// One YAML file as a value, with the way back from every part of the value to its line and column.

import { type Document, isAlias, isMap, isScalar, isSeq, LineCounter, type Node, type Pair, parseDocument } from 'yaml';
import type { Path, RunbookFault } from './fault.ts';

export interface RunbookDocument {
  readonly file: string;
  /** Plain data; nothing about it is checked yet. */
  readonly value: unknown;
  /**
   * A fault at the value that `path` leads to, or at its nearest parent that exists.
   * `onKey` points at the key instead; `offset` counts characters into a one-line text.
   */
  faultAt(
    path: Path,
    message: string,
    remedy: string,
    where?: { readonly onKey?: boolean; readonly offset?: number },
  ): RunbookFault;
}

/** Reads YAML 1.2. All syntax faults are returned together, one a line. */
export function readDocument(
  file: string,
  text: string,
):
  | { readonly ok: true; readonly document: RunbookDocument }
  | { readonly ok: false; readonly faults: readonly RunbookFault[] } {
  const lines = new LineCounter();
  const yaml = parseDocument(text, { lineCounter: lines, prettyErrors: false });
  const placed = (offset: number, path: Path, message: string, remedy: string): RunbookFault => {
    // An empty document has no lines; its first position is still line 1, column 1.
    const { line, col } = lines.linePos(offset);
    return { file, line: Math.max(1, line), column: Math.max(1, col), path: path.join('.'), message, remedy };
  };

  const broken = firstOfEachLine(
    [...yaml.errors, ...yaml.warnings].map((problem) =>
      placed(problem.pos[0], [], `This is not valid YAML: ${problem.message}`, remedyFor(problem.code)),
    ),
  );
  if (broken.length > 0) return { ok: false, faults: broken };

  let value: unknown;
  try {
    value = yaml.toJS();
  } catch (error) {
    const why = error instanceof Error ? error.message : String(error);
    return {
      ok: false,
      faults: [placed(0, [], `This YAML cannot be read: ${why}`, 'Write repeated parts out instead of using aliases.')],
    };
  }

  return {
    ok: true,
    document: {
      file,
      value,
      faultAt(path, message, remedy, where = {}) {
        const { key, node } = walk(yaml, path);
        const at = where.onKey === true ? (key ?? node) : node;
        const start = at?.range?.[0] ?? 0;
        return placed(start + offsetIn(text, at, start, where.offset ?? 0), path, message, remedy);
      },
    },
  };
}

/** One slip makes the parser complain several times; the rest of the line is noise. */
function firstOfEachLine(faults: readonly RunbookFault[]): readonly RunbookFault[] {
  return faults.filter((fault, index) => faults.findIndex(({ line }) => line === fault.line) === index);
}

function remedyFor(code: string): string {
  if (code === 'TAB_AS_INDENT') return 'Indent with spaces, not with tabs.';
  if (code === 'DUPLICATE_KEY') return 'Remove one of the two, or give it another name.';
  if (code === 'MULTIPLE_DOCS') return 'Move everything after `---` into a file of its own.';
  return 'Look for a missing quote, colon or bracket on this line and the one before it.';
}

/** Follows the path as far as it exists. */
function walk(yaml: Document, path: Path): { readonly key?: Node; readonly node?: Node } {
  let key: Node | undefined;
  let node: Node | null | undefined = yaml.contents;
  for (const step of path) {
    if (isAlias(node)) node = node.resolve(yaml);
    let next: Node | null | undefined;
    if (isMap<Node, Node | null>(node)) {
      const pair: Pair<Node, Node | null> | undefined = node.items.find(
        (item) => isScalar(item.key) && String(item.key.value) === String(step),
      );
      if (pair === undefined) break;
      key = pair.key;
      next = pair.value ?? pair.key;
    } else if (isSeq<Node>(node)) {
      next = node.items[Number(step)];
      key = next;
    }
    if (next === undefined || next === null) break;
    node = next;
  }
  return { ...(key === undefined ? {} : { key }), ...(node === undefined || node === null ? {} : { node }) };
}

/** Only a text that stands in the file exactly as it reads can be counted into; a folded or escaped one cannot. */
function offsetIn(text: string, node: Node | undefined, start: number, offset: number): number {
  if (!isScalar(node) || typeof node.value !== 'string') return 0;
  const quote = node.type === 'QUOTE_DOUBLE' || node.type === 'QUOTE_SINGLE' ? 1 : 0;
  return text.startsWith(node.value, start + quote) ? quote + offset : 0;
}
