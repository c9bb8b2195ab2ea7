// The policies of the pretend company: what OPA decides there, as documents under their paths.

import { constitutionalHash } from '../world/company.ts';
import type { World } from '../world/world.ts';

/** Undefined where OPA leaves `result` out. */
export type Rule = (input: unknown) => unknown;

/** As in OPA, a document is found by its path, and its rules see the input. */
export function companyPolicies(world: World): Readonly<Record<string, Rule>> {
  return {
    'acgs/constitutional/allow': (input) => fieldOf(input, 'constitutional_hash') === constitutionalHash,
    'acgs/chatops/allow': (input) => {
      const reasons = reasonsAgainst(world, input);
      return { allow: reasons.length === 0, reasons };
    },
  };
}

function reasonsAgainst(world: World, input: unknown): readonly string[] {
  const approvers = fieldOf(input, 'approvedBy');
  const approved = Array.isArray(approvers) ? approvers : [];
  return [
    ...(world.isOn('policy-forbids') ? ['the platform team has stopped all changes'] : []),
    ...(fieldOf(input, 'risk') === 'destructive' && approved.length === 0 ? ['a second person must approve it'] : []),
    ...(approved.includes(fieldOf(input, 'requestedBy')) ? ['nobody approves what they asked for'] : []),
  ];
}

function fieldOf(input: unknown, name: string): unknown {
  return typeof input === 'object' && input !== null ? (input as Record<string, unknown>)[name] : undefined;
}
