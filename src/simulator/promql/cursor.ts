// A place in a query that is being parsed: looks at the next token, takes it, or refuses it.
import { parseDuration } from './duration.ts';
import { ParseRefusal } from './refusal.ts';
import { type Token, Tokens, tokenText } from './tokens.ts';

export class Cursor {
  readonly #tokens: Tokens;

  constructor(query: string) {
    this.#tokens = new Tokens(query);
  }

  /** The next token, not yet taken. */
  get ahead(): Token {
    return this.#tokens.ahead;
  }

  take(): Token {
    return this.#tokens.take();
  }

  /** Takes the next token if it is this one. */
  takeIf(kind: Token['kind'], value: string): Token | undefined {
    return this.ahead.kind === kind && this.ahead.value === value ? this.take() : undefined;
  }

  /** Takes the next token, whatever it says; throws a ParseRefusal if it is of another kind. */
  takeKind(kind: Token['kind'], context: string, expected: string): Token {
    if (this.ahead.kind !== kind) throw this.unexpected(context, expected);
    return this.take();
  }

  /** Whether this punctuation comes next. */
  sees(punctuation: string): boolean {
    return this.ahead.kind === 'punctuation' && this.ahead.text === punctuation;
  }

  /** Takes this punctuation; throws a ParseRefusal if something else comes. */
  expect(punctuation: string, context?: string, expected?: string): void {
    if (!this.sees(punctuation)) throw this.unexpected(context, expected);
    this.take();
  }

  /** Throws a ParseRefusal if the query goes on. */
  expectEnd(): void {
    if (this.ahead.kind !== 'end') throw this.unexpected();
  }

  /** Takes a duration and gives its milliseconds, more than 0. Throws a ParseRefusal for anything else. */
  duration(context: string, expected: string): number {
    const token = this.takeKind('duration', context, expected);
    const ms = parseDuration(token.text);
    if (ms === undefined) throw this.refusal(token.at, `not a valid duration string: ${JSON.stringify(token.text)}`);
    if (ms === 0) throw this.refusal(token.at, 'duration must be greater than 0');
    return ms;
  }

  /** Takes `(label, label)`. Words of the language are labels here. Throws a ParseRefusal for anything else. */
  labelList(): readonly string[] {
    this.expect('(', 'grouping opts', '"("');
    const labels: string[] = [];
    while (!this.sees(')')) {
      if (!/^[A-Za-z_][A-Za-z0-9_]*$/.test(this.ahead.text)) throw this.unexpected('grouping opts', 'label');
      labels.push(this.take().text);
      if (this.takeIf('punctuation', ',') === undefined && !this.sees(')')) {
        throw this.unexpected('grouping opts', '"," or ")"');
      }
    }
    this.take();
    return labels;
  }

  /** The refusal of the next token. */
  unexpected(context?: string, expected?: string): ParseRefusal {
    const where = context === undefined ? '' : ` in ${context}`;
    const wanted = expected === undefined ? '' : `, expected ${expected}`;
    return this.refusal(this.ahead.at, `unexpected ${tokenText(this.ahead)}${where}${wanted}`);
  }

  /** A refusal for a reason found at an offset of the query. */
  refusal(at: number, reason: string): ParseRefusal {
    return new ParseRefusal(this.#tokens.query, at, reason);
  }
}
