// Relations between properties of elements that a table of limits cannot say.
import { canonical, type Relation } from './schema.ts';

/** An initial option must equal one of the options, all properties included. */
export const initialIsAnOption =
  (property: string): Relation =>
  (value, pointer) => {
    const initial = value[property];
    if (initial === undefined) return [];
    const groups = Array.isArray(value.option_groups) ? value.option_groups : [];
    const all = [...(Array.isArray(value.options) ? value.options : []), ...groups.flatMap((group) => group.options)];
    const known = new Set(all.map(canonical));
    const unknown = (Array.isArray(initial) ? initial : [initial]).filter((one) => !known.has(canonical(one)));
    return unknown.map(() => ({ pointer: `${pointer}/${property}`, message: 'must match one of the options' }));
  };

/** The lower bound is not above the upper one; numbers may come as strings. */
export const minimumFirst =
  (low: string, high: string): Relation =>
  (value, pointer) => {
    const [least, most] = [Number(value[low]), Number(value[high])];
    return least > most ? [{ pointer: `${pointer}/${low}`, message: `must be less than ${most + 1}` }] : [];
  };
