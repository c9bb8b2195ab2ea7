// What can happen to an action. These events stand in the stream of the incident that the action belongs to.

import type { EvidenceRef, PrivateText } from '../event.ts';
import type { Deed, Fact, Risk, Shown } from './action.ts';
import type { GateDecision, GateMoment } from './gate.ts';
import type { Right } from './rights.ts';

export type ActionEvent =
  | (Deed & {
      readonly type: 'action-proposed';
      readonly action: string;
      readonly definition: string;
      readonly title: string;
      readonly step: string;
      readonly risk: Risk;
      readonly undoes?: string;
      readonly late?: boolean;
    })
  | {
      readonly type: 'action-previewed';
      readonly action: string;
      readonly shown: Shown;
      readonly evidence: EvidenceRef;
      /** Until when it may be asked for as it was shown; absent in records from before it was kept. */
      readonly askBy?: number;
    }
  /** Somebody with the right to do so wants exactly what was shown. `decideBy`: other people must agree by then; else `runBy`. */
  | {
      readonly type: 'action-requested';
      readonly action: string;
      readonly reason?: PrivateText;
      readonly breakGlass: boolean;
      /** Why changes were frozen at that moment, in the operator's words; the reason is then the one of the exception. */
      readonly freeze?: string;
      readonly decideBy?: number;
      readonly runBy?: number;
    }
  /** `runBy` is there when this was the last approval that was missing. */
  | {
      readonly type: 'action-approved';
      readonly action: string;
      readonly as: Right;
      readonly breakGlass: boolean;
      readonly runBy?: number;
    }
  /** Nobody decided for so long that the next level of the ladder is asked. */
  | {
      readonly type: 'action-escalated';
      readonly action: string;
      readonly level: string;
      readonly name: string;
      readonly people: readonly string[];
    }
  /** Whoever decides outside said yes or no. After a no at the approval the action stands where it stood. */
  | (GateDecision & { readonly type: 'action-gated'; readonly action: string; readonly moment: GateMoment })
  | { readonly type: 'action-rejected'; readonly action: string; readonly reason?: PrivateText }
  | { readonly type: 'action-expired'; readonly action: string; readonly clock: 'decide' | 'run' }
  | { readonly type: 'action-voided'; readonly action: string; readonly differences: readonly string[] }
  | { readonly type: 'action-cancelled'; readonly action: string; readonly why: string }
  /** The intent: on record before the effect. From here on only `owner` may have the effect. */
  | {
      readonly type: 'action-claimed';
      readonly action: string;
      readonly owner: string;
      readonly facts: readonly Fact[];
      readonly undo?: Deed & { readonly title: string };
    }
  | { readonly type: 'action-stop-asked'; readonly action: string }
  | {
      readonly type: 'action-finished';
      readonly action: string;
      readonly outcome: 'succeeded' | 'failed' | 'unknown';
      readonly summary: string;
      /** It was stopped before its end. */
      readonly stopped?: true;
    }
  | {
      readonly type: 'action-settled';
      readonly action: string;
      readonly as: 'succeeded' | 'failed';
      readonly how: 'looked' | 'by-hand';
      readonly summary: string;
    }
  | {
      readonly type: 'action-verified';
      readonly action: string;
      readonly state: 'pending' | 'converged' | 'not-converged';
      readonly summary: string;
    }
  | { readonly type: 'action-undone'; readonly action: string; readonly by: string }
  | { readonly type: 'action-kept'; readonly action: string; readonly reason: PrivateText };
