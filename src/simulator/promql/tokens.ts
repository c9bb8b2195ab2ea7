// Cuts a query into tokens, one at a time, complaining in the words of Prometheus's lexer.
import { ParseRefusal } from './refusal.ts';
import { readString } from './string-literal.ts';

export type TokenKind =
  | 'identifier'
  | 'metric identifier'
  | 'number'
  | 'duration'
  | 'string'
  | 'operator'
  | 'aggregator'
  | 'keyword'
  | 'punctuation'
  | 'end';

export interface Token {
  readonly kind: TokenKind;
  /** As written in the query. */
  readonly text: string;
  /** What is meant: operators, aggregators and keywords in lower case, strings without quotes and escapes. */
  readonly value: string;
  /** Offset in the query. */
  readonly at: number;
}

const AGGREGATORS = new Set('sum avg min max count group stddev stdvar topk bottomk quantile count_values'.split(' '));
const WORD_OPERATORS = new Set(['and', 'or', 'unless']);
const KEYWORDS = new Set('offset by without on ignoring group_left group_right bool'.split(' '));

const SPACE = /(?:[ \t\n\r]+|#[^\n]*)*/y;
const WORD = /[A-Za-z_:][A-Za-z0-9_:]*/y;
const LABEL_NAME = /[A-Za-z_][A-Za-z0-9_]*/y;
const STARTS_NUMBER = /\.?[0-9]/y;
const NUMBER = /(?:0[xX][0-9a-fA-F]*|[0-9]*\.?[0-9]*(?:[eE][+-]?[0-9]*)?)(?![A-Za-z0-9_])/y;
const DURATION = /[0-9.]+[smhdwy]s?(?:[0-9]+[smhdw]s?)*(?![A-Za-z0-9_])/y;
const DIGITS = /[0-9.]*/y;
const OPERATOR = /==|!=|<=|>=|[-+*/%^<>=]/y;
const LABEL_OPERATOR = /=~|!~|!=|=/y;

/** Reads tokens from `query` with a view of one token ahead. Reading throws a ParseRefusal at what no token can be. */
export class Tokens {
  readonly query: string;
  #at = 0;
  #ahead: Token | undefined;
  #parentheses = 0;
  #inBraces = false;
  #bracket: 'none' | 'opened' | 'in range' | 'in step' = 'none';

  constructor(query: string) {
    this.query = query;
  }

  /** The token that `take` will give. After the last one, again and again the token of kind `end`. */
  get ahead(): Token {
    this.#ahead ??= this.#read();
    return this.#ahead;
  }

  take(): Token {
    const token = this.ahead;
    this.#ahead = undefined;
    return token;
  }

  #read(): Token {
    this.#at += this.#match(SPACE)?.length ?? 0;
    const here = this.#characterAt(this.#at);
    if (here === undefined) return this.#readEnd();
    if (here === '"' || here === "'" || here === '`') return this.#readString();
    if (this.#inBraces) return this.#readInBraces(here);
    if (this.#bracket === 'opened') return this.#readRange();
    if (this.#match(STARTS_NUMBER) !== undefined) return this.#readNumber();
    if (this.#bracket !== 'none' && here === ':') return this.#readColon();
    const word = this.#match(WORD);
    if (word !== undefined) return this.#token(kindOfWord(word), word, word);
    return this.#readSign(here);
  }

  #readEnd(): Token {
    if (this.#inBraces) throw this.#refusal('unexpected end of input inside braces');
    if (this.#parentheses > 0) throw this.#refusal('unclosed left parenthesis');
    if (this.#bracket !== 'none') throw this.#refusal('unclosed left bracket');
    return this.#token('end', '');
  }

  #readString(): Token {
    const string = readString(this.query, this.#at);
    if ('complaint' in string) throw this.#refusal(string.complaint);
    return this.#token('string', this.query.slice(this.#at, string.end), string.value);
  }

  #readInBraces(here: string): Token {
    const name = this.#match(LABEL_NAME);
    if (name !== undefined) return this.#token('identifier', name);
    const operator = this.#match(LABEL_OPERATOR);
    if (operator !== undefined) return this.#token('operator', operator);
    if (here === ',') return this.#token('punctuation', here);
    if (here === '}') {
      this.#inBraces = false;
      return this.#token('punctuation', here);
    }
    if (here === '{') throw this.#refusal("unexpected left brace '{'");
    if (here === '!') {
      throw this.#refusal(`unexpected character after '!' inside braces: '${this.#characterAt(this.#at + 1) ?? ''}'`);
    }
    throw this.#refusal(`unexpected character inside braces: '${here}'`);
  }

  #readRange(): Token {
    this.#bracket = 'in range';
    const duration = this.#match(DURATION);
    if (duration !== undefined) return this.#token('duration', duration);
    if (this.#match(NUMBER) !== undefined) throw this.#refusal('missing unit character in duration');
    throw this.#refusal(`bad duration syntax: ${JSON.stringify(this.#match(DIGITS) ?? '')}`);
  }

  #readNumber(): Token {
    const number = this.#match(NUMBER);
    if (number !== undefined) return this.#token('number', number);
    const duration = this.#match(DURATION);
    if (duration !== undefined) return this.#token('duration', duration);
    throw this.#refusal(`bad number or duration syntax: ${JSON.stringify(this.#match(DIGITS) ?? '')}`);
  }

  #readColon(): Token {
    if (this.#bracket === 'in step') throw this.#refusal("unexpected colon ':'");
    this.#bracket = 'in step';
    return this.#token('punctuation', ':');
  }

  #readSign(here: string): Token {
    const next = this.#characterAt(this.#at + 1);
    if (here === '=' && next === '~') throw this.#refusal("unexpected character after '=': '~'");
    if (here === '!' && next !== '=') throw this.#refusal(`unexpected character after '!': '${next ?? ''}'`);
    const operator = this.#match(OPERATOR);
    if (operator !== undefined) return this.#token('operator', operator);
    switch (here) {
      case ',':
        break;
      case '(':
        this.#parentheses += 1;
        break;
      case ')':
        this.#parentheses -= 1;
        // Prometheus points behind this one.
        if (this.#parentheses < 0) throw this.#refusal("unexpected right parenthesis ')'", this.#at + 1);
        break;
      case '{':
        this.#inBraces = true;
        break;
      case '[':
        if (this.#bracket !== 'none') throw this.#refusal("unexpected left bracket '['");
        this.#bracket = 'opened';
        break;
      case ']':
        if (this.#bracket === 'none') throw this.#refusal("unexpected right bracket ']'");
        this.#bracket = 'none';
        break;
      case '@':
        throw this.#refusal('the pretend Prometheus does not know the @ modifier');
      default:
        throw this.#refusal(`unexpected character: '${here}'`);
    }
    return this.#token('punctuation', here);
  }

  #token(kind: TokenKind, text: string, value = text): Token {
    const at = this.#at;
    this.#at += text.length;
    return { kind, text, value: kind === 'string' || kind.endsWith('identifier') ? value : value.toLowerCase(), at };
  }

  #match(pattern: RegExp): string | undefined {
    pattern.lastIndex = this.#at;
    return pattern.exec(this.query)?.[0];
  }

  #characterAt(offset: number): string | undefined {
    const codePoint = this.query.codePointAt(offset);
    return codePoint === undefined ? undefined : String.fromCodePoint(codePoint);
  }

  #refusal(reason: string, at = this.#at): ParseRefusal {
    return new ParseRefusal(this.query, at, reason);
  }
}

/** How Prometheus names a token in "unexpected …". */
export function tokenText({ kind, text }: Token): string {
  switch (kind) {
    case 'end':
      return 'end of input';
    case 'keyword':
      return `<${text}>`;
    case 'operator':
      // Inside braces, and alone, the equals sign is punctuation to Prometheus.
      return text === '=' ? '"="' : `<op:${text}>`;
    case 'aggregator':
      return `<aggr:${text}>`;
    case 'punctuation':
      return JSON.stringify(text);
    case 'identifier':
    case 'metric identifier':
      return `${kind} ${JSON.stringify(text)}`;
    default:
      return `${kind} ${text.length > 10 ? `${JSON.stringify(text.slice(0, 10))}...` : JSON.stringify(text)}`;
  }
}

function kindOfWord(word: string): TokenKind {
  const lower = word.toLowerCase();
  if (lower === 'inf' || lower === 'nan') return 'number';
  if (WORD_OPERATORS.has(lower)) return 'operator';
  if (AGGREGATORS.has(lower)) return 'aggregator';
  if (KEYWORDS.has(lower)) return 'keyword';
  return word.includes(':') ? 'metric identifier' : 'identifier';
}
