// Label selectors of list requests, in both of Kubernetes' notations.

type Labels = Readonly<Record<string, string>>;

/** A test for `a=b,c!=d,e in (f,g),h,!i`; the empty selector takes everything. */
export function selectorTest(selector: string): (labels: Labels) => boolean {
  const tests = selector
    .split(/,(?![^(]*\))/)
    .map((part) => part.trim())
    .filter(Boolean)
    .map(requirementTest);
  return (labels) => tests.every((test) => test(labels));
}

function requirementTest(requirement: string): (labels: Labels) => boolean {
  const set = /^(\S+)\s+(in|notin)\s+\(([^)]*)\)$/.exec(requirement);
  if (set) {
    const [, key = '', word, values = ''] = set;
    const wanted = values.split(',').map((value) => value.trim());
    return (labels) => wanted.includes(labels[key] ?? '') === (word === 'in');
  }
  const unequal = /^([^!=]+)!=(.*)$/.exec(requirement);
  if (unequal) return (labels) => labels[unequal[1] ?? ''] !== unequal[2];
  const equal = /^([^=]+)==?(.*)$/.exec(requirement);
  if (equal) return (labels) => labels[equal[1] ?? ''] === equal[2];
  if (requirement.startsWith('!')) return (labels) => !(requirement.slice(1) in labels);
  return (labels) => requirement in labels;
}
