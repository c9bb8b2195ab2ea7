// Reads quoted strings with Go's escapes, as PromQL has them.

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  a: '\x07',
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
  v: '\v',
  '\\': '\\',
};
const CODED_ESCAPE = /x([0-9a-fA-F]{2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([0-3][0-7]{2})/y;

export type StringLiteral =
  | { readonly value: string /** Offset behind the closing quote. */; readonly end: number }
  | { readonly complaint: string };

/** Reads the string whose opening quote (`"`, `'` or a backtick) stands at `start`. */
export function readString(text: string, start: number): StringLiteral {
  const quote = text[start] ?? '';
  if (quote === '`') {
    const end = text.indexOf('`', start + 1);
    return end < 0 ? { complaint: 'unterminated raw string' } : { value: text.slice(start + 1, end), end: end + 1 };
  }
  let value = '';
  let at = start + 1;
  while (true) {
    const here = text[at];
    if (here === undefined || here === '\n') return { complaint: 'unterminated quoted string' };
    if (here === quote) return { value, end: at + 1 };
    if (here !== '\\') {
      value += here;
      at += 1;
      continue;
    }
    const escaped = readEscape(text, at + 1, quote);
    if ('complaint' in escaped) return escaped;
    value += escaped.value;
    at = escaped.end;
  }
}

function readEscape(text: string, at: number, quote: string): StringLiteral {
  const letter = text[at];
  if (letter === undefined) return { complaint: 'escape sequence not terminated' };
  if (letter === quote) return { value: quote, end: at + 1 };
  const simple = SIMPLE_ESCAPES[letter];
  if (simple !== undefined) return { value: simple, end: at + 1 };
  CODED_ESCAPE.lastIndex = at;
  const coded = CODED_ESCAPE.exec(text);
  const hex = coded?.[1] ?? coded?.[2] ?? coded?.[3];
  const code = hex !== undefined ? Number.parseInt(hex, 16) : Number.parseInt(coded?.[4] ?? '', 8);
  if (coded === null || !(code <= 0x10ffff)) {
    const codePoint = letter.charCodeAt(0).toString(16).toUpperCase().padStart(4, '0');
    return { complaint: `unknown escape sequence U+${codePoint} '${letter}'` };
  }
  return { value: String.fromCodePoint(code), end: at + coded[0].length };
}
