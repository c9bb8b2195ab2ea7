// Makes values safe for JSON and text columns, and writes JSON in the one form that is hashed.

/**
 * The value as it will come back from the store: `undefined` keys gone, numbers that JSON cannot say as null, and characters
 * that PostgreSQL refuses (NUL, half surrogates) as U+FFFD, so that hostile text cannot make a write fail.
 */
export function storable<T>(value: T): T {
  return made(JSON.stringify(value)) as T;
}

/** The same as JSON. */
export function storableJson(value: unknown): string {
  const text = JSON.stringify(value);
  return refused.test(text) ? JSON.stringify(made(text)) : text;
}

/** JSON says characters that PostgreSQL refuses by their numbers; so are some said that it takes, of a text that looks like it. */
const refused = /\\u(?:0000|d[89a-f])/;

/** Looking at every part takes longer than the rest of it, and hardly any text needs it. */
function made(text: string): unknown {
  if (!refused.test(text)) return JSON.parse(text);
  return JSON.parse(text, (_key, part: unknown) =>
    typeof part === 'string' ? storableText(part) : storableKeys(part),
  );
}

export function storableText(text: string): string {
  return text.toWellFormed().replaceAll('\u0000', '\ufffd');
}

function storableKeys(part: unknown): unknown {
  if (!isPlainObject(part) || Object.keys(part).every((key) => storableText(key) === key)) return part;
  return Object.fromEntries(Object.entries(part).map(([key, value]) => [storableText(key), value]));
}

/** JSON with sorted keys and no spaces: equal values give equal text. Expects what `storable` returns. */
export function canonicalJson(value: unknown): string {
  if (Array.isArray(value)) return `[${value.map(canonicalJson).join(',')}]`;
  if (!isPlainObject(value)) return JSON.stringify(value);
  const members = Object.keys(value)
    .sort()
    .map((key) => `${JSON.stringify(key)}:${canonicalJson(value[key])}`);
  return `{${members.join(',')}}`;
}

export function isPlainObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
