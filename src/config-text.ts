// The text of a config file as plain data: YAML read, `${env:NAME}` filled in, relative paths resolved.

import { homedir } from 'node:os';
import { resolve } from 'node:path';
import { isMap, parse, parseDocument } from 'yaml';

export type Environment = Readonly<Record<string, string | undefined>>;

type Path = readonly (string | number)[];

export interface ConfigText {
  /** Undefined when the text is not YAML of keys and values. */
  readonly data: unknown;
  /** `path: what is wrong`, for variables that are not set and YAML that cannot be read. */
  readonly problems: readonly string[];
  /** Dotted paths whose value came whole from a variable: always text so far, whatever the schema wants there. */
  readonly fromEnvironment: ReadonlySet<string>;
  /** Dotted paths that name a variable which is not set; what the schema says about them would be noise. */
  readonly unset: ReadonlySet<string>;
}

/** Longer alias chains than any honest config has. */
const maxAliases = 50;

/** @param env where `${env:NAME}` is looked up; an empty variable counts as not set */
export function readConfigText(text: string, env: Environment): ConfigText {
  const document = parseDocument(text, { uniqueKeys: true });
  const broken = document.errors.map((error) => {
    const [line] = error.linePos ?? [];
    return `${line ? `line ${line.line}: ` : ''}${error.message.split('\n')[0]}`;
  });
  if (broken.length > 0) return unreadable(broken);
  if (document.contents !== null && !isMap(document.contents)) {
    return unreadable(['the file must hold keys and values, beginning for example with `slack:`']);
  }
  return fillIn(document.toJS({ maxAliasCount: maxAliases }) ?? {}, env);
}

function unreadable(problems: readonly string[]): ConfigText {
  return { data: undefined, problems, fromEnvironment: new Set(), unset: new Set() };
}

function fillIn(raw: unknown, env: Environment): ConfigText {
  const problems: string[] = [];
  const fromEnvironment = new Set<string>();
  const unset = new Set<string>();
  const data = mapStrings(raw, [], (value, path) => {
    const where = dotted(path);
    if (/^\$\{env:\w+\}$/.test(value)) fromEnvironment.add(where);
    return value.replace(/\$\{env:(\w*)\}/g, (_, name: string) => {
      const found = env[name];
      if (found !== undefined && found !== '') return found;
      problems.push(`${where}: the environment variable ${name || '(without a name)'} is not set`);
      unset.add(where);
      return '';
    });
  });
  return { data, problems, fromEnvironment, unset };
}

/** Keys of systems that name a file: `kubeconfig` and whatever ends in `File`. `~/` is the home directory. */
export function resolvePaths(data: unknown, directory: string): unknown {
  return mapStrings(data, [], (value, path) => {
    const key = String(path.at(-1) ?? '');
    return key === 'kubeconfig' || key.endsWith('File') ? resolveFrom(directory, value) : value;
  });
}

export function resolveFrom(directory: string, path: string): string {
  return path.startsWith('~/') ? resolve(homedir(), path.slice(2)) : resolve(directory, path);
}

/** The data with the text at this path read as YAML: `"3"` becomes a number, `"[a, b]"` a list. */
export function retype(data: unknown, dottedPath: string): unknown {
  return mapStrings(data, [], (value, path) => (dotted(path) === dottedPath ? scalar(value) : value));
}

function scalar(text: string): unknown {
  try {
    return parse(text);
  } catch {
    return text;
  }
}

function mapStrings(value: unknown, path: Path, change: (value: string, path: Path) => unknown): unknown {
  if (typeof value === 'string') return change(value, path);
  if (Array.isArray(value)) return value.map((item, index) => mapStrings(item, [...path, index], change));
  if (typeof value !== 'object' || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([key, item]) => [key, mapStrings(item, [...path, key], change)]),
  );
}

/** `escalation[1].pageAt`. */
export function dotted(path: readonly PropertyKey[]): string {
  return path.reduce<string>(
    (text, key) => (typeof key === 'number' ? `${text}[${key}]` : text === '' ? String(key) : `${text}.${String(key)}`),
    '',
  );
}
