// A small table language for Block Kit: rules describe a JSON value, checking one lists every violation with its JSON pointer.

export interface Violation {
  readonly pointer: string;
  readonly message: string;
}

export type Rule =
  | { readonly kind: 'string'; readonly min: number; readonly max: number; readonly pattern?: RegExp }
  | { readonly kind: 'choice'; readonly values: readonly (string | number)[] }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'number'; readonly min: number; readonly max: number; readonly whole: boolean }
  | ObjectRule
  | { readonly kind: 'list'; readonly of: Rule; readonly min: number; readonly max: number }
  /** One of several objects, told apart by `type`; `union` adds Slack's line about the parent before the leaf's. */
  | { readonly kind: 'variants'; readonly by: { readonly [type: string]: Rule }; readonly union: boolean }
  | { readonly kind: 'nullable'; readonly rule: Rule };

export interface ObjectRule {
  readonly kind: 'object';
  readonly required: { readonly [property: string]: Rule };
  readonly optional: { readonly [property: string]: Rule };
  /** What a table cannot say: relations between properties. Runs only on an object without other violations. */
  readonly relation?: Relation;
}

export type Relation = (value: { readonly [property: string]: unknown }, pointer: string) => readonly Violation[];

type Properties = { readonly [property: string]: Rule };

export const text = (max: number, min = 1): Rule => ({ kind: 'string', min, max });
export const matching = (pattern: RegExp): Rule => ({ kind: 'string', min: 1, max: 3000, pattern });
export const choice = (...values: readonly (string | number)[]): Rule => ({ kind: 'choice', values });
export const flag: Rule = { kind: 'boolean' };
export const whole = (min: number, max: number): Rule => ({ kind: 'number', min, max, whole: true });
export const number = (min = -Infinity, max = Infinity): Rule => ({ kind: 'number', min, max, whole: false });
export const list = (of: Rule, min: number, max: number): Rule => ({ kind: 'list', of, min, max });
export const nullable = (rule: Rule): Rule => ({ kind: 'nullable', rule });
export const variants = (by: Properties, union = false): Rule => ({ kind: 'variants', by, union });
export const object = (required: Properties, optional: Properties = {}, relation?: Relation): ObjectRule =>
  relation ? { kind: 'object', required, optional, relation } : { kind: 'object', required, optional };

/** @returns every violation of the rule, parents before leaves, in document order */
export function check(rule: Rule, value: unknown, pointer: string): readonly Violation[] {
  const bad = (message: string): readonly Violation[] => [{ pointer, message }];
  switch (rule.kind) {
    case 'nullable':
      return value === null ? [] : check(rule.rule, value, pointer);
    case 'boolean':
      return typeof value === 'boolean' ? [] : bad('must provide a boolean');
    case 'choice':
      return rule.values.some((allowed) => allowed === value) ? [] : bad('must be a valid enum value');
    case 'number':
      return checkNumber(rule, value, bad);
    case 'string':
      return checkString(rule, value, bad);
    case 'list':
      return checkList(rule, value, pointer, bad);
    case 'variants':
      return checkVariants(rule, value, pointer, bad);
    case 'object':
      return checkObject(rule, value, pointer, bad);
  }
}

type Bad = (message: string) => readonly Violation[];

function checkNumber(rule: Rule & { kind: 'number' }, value: unknown, bad: Bad): readonly Violation[] {
  if (typeof value !== 'number' || !Number.isFinite(value)) return bad('must provide a number');
  if (rule.whole && !Number.isInteger(value)) return bad('must provide an integer');
  if (value < rule.min) return bad(`must be greater than ${rule.min}`);
  if (value > rule.max) return bad(`must be less than ${rule.max + 1}`);
  return [];
}

/** Length is counted in UTF-16 units: Slack does not say which, and these are never fewer than the characters. */
function checkString(rule: Rule & { kind: 'string' }, value: unknown, bad: Bad): readonly Violation[] {
  if (typeof value !== 'string') return bad('must provide a string');
  if (value.length < rule.min) return bad(`must be more than ${rule.min - 1} characters`);
  if (value.length > rule.max) return bad(`must be less than ${rule.max + 1} characters`);
  if (rule.pattern && !rule.pattern.test(value)) return bad('failed to match schema');
  return [];
}

function checkList(rule: Rule & { kind: 'list' }, value: unknown, pointer: string, bad: Bad): readonly Violation[] {
  if (!Array.isArray(value)) return bad('must provide an array');
  if (value.length < rule.min) return bad(`must provide at least ${rule.min} items`);
  const tooMany = value.length > rule.max ? bad(`no more than ${rule.max} items allowed`) : [];
  return [...tooMany, ...value.flatMap((item, index) => check(rule.of, item, `${pointer}/${index}`))];
}

function checkVariants(
  rule: Rule & { kind: 'variants' },
  value: unknown,
  pointer: string,
  bad: Bad,
): readonly Violation[] {
  const parent = rule.union ? bad('failed to match all allowed schemas') : [];
  if (!isObject(value)) return [...parent, ...bad('must provide an object')];
  if (value.type === undefined) return [...parent, ...bad('missing required field: type')];
  const variant = typeof value.type === 'string' ? rule.by[value.type] : undefined;
  if (!variant) return [...parent, { pointer: `${pointer}/type`, message: `unsupported type: ${String(value.type)}` }];
  const { type, ...rest } = value;
  const found = check(variant, rest, pointer);
  return found.length > 0 ? [...parent, ...found] : [];
}

function checkObject(rule: ObjectRule, value: unknown, pointer: string, bad: Bad): readonly Violation[] {
  if (!isObject(value)) return bad('must provide an object');
  const missing = Object.keys(rule.required)
    .filter((name) => value[name] === undefined)
    .flatMap((name) => bad(`missing required field: ${name}`));
  const found = Object.entries(value).flatMap(([name, inner]) => {
    if (inner === undefined) return [];
    const known = Object.hasOwn(rule.required, name) ? rule.required[name] : undefined;
    const property = known ?? (Object.hasOwn(rule.optional, name) ? rule.optional[name] : undefined);
    return property ? check(property, inner, `${pointer}/${name}`) : bad(`invalid additional property: ${name}`);
  });
  const all = [...missing, ...found];
  return all.length === 0 && rule.relation ? rule.relation(value, pointer) : all;
}

export function isObject(value: unknown): value is { readonly [property: string]: unknown } {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

/** A relation: exactly one of two properties is given. */
export function exactlyOne(first: string, second: string): Relation {
  return (value, pointer) => {
    const given = [first, second].filter((name) => value[name] !== undefined).length;
    if (given === 1) return [];
    if (given === 0) return [{ pointer, message: `missing required field: ${first}` }];
    return [{ pointer, message: `invalid additional property: ${second}` }];
  };
}

/** Joins relations into one. */
export function every(...relations: readonly Relation[]): Relation {
  return (value, pointer) => relations.flatMap((relation) => relation(value, pointer));
}

/** JSON with sorted keys: equal objects give equal text. */
export function canonical(value: unknown): string {
  return JSON.stringify(value, (_key, inner) =>
    isObject(inner) ? Object.fromEntries(Object.entries(inner).sort(([a], [b]) => (a < b ? -1 : 1))) : inner,
  );
}
