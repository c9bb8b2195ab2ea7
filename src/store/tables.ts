// The rows of the store as Kysely sees them; the same JavaScript types on both engines.

import type { ColumnType, Generated } from 'kysely';
import type { Verdict } from '../core/verdict.ts';

/** JSON goes in as text that `storable` made safe and comes out parsed. */
type Json = ColumnType<unknown, string, string>;
/** 64-bit integers come out as text, because JavaScript numbers end at 2^53. */
type BigIntColumn = ColumnType<string, never, never>;
type SetByDatabase = ColumnType<Date, Date | undefined, Date>;

export interface Tables {
  event: {
    stream: string;
    seq: number;
    at: Date;
    recorded_at: Date;
    actor: Json;
    type: string;
    data: Json;
    prev_hash: string;
    hash: string;
  };
  private_text: {
    id: string;
    stream: string;
    salt: Uint8Array | null;
    text: string | null;
  };
  incident: {
    stream: string;
    number: number;
    runbook: string;
    scope: string;
    status: 'open' | 'resolved';
    separate: boolean;
    seq: number;
    state: Json;
  };
  action: {
    id: string;
    stream: string;
    target: string | null;
    state: string;
    debt: Generated<boolean>;
    claimed_at: Date | null;
    lease_until: Date | null;
    proposed_at: Date;
  };
  counter: {
    name: string;
    value: number;
  };
  evidence: {
    id: string;
    digest: string;
    kind: string;
    media_type: string;
    body: Uint8Array;
    kept_at: SetByDatabase;
  };
  sample: {
    stream: string;
    signal: string;
    at: Date;
    value: number | null;
    verdict: Verdict;
  };
  outbox: {
    position: BigIntColumn;
    id: string;
    lane: string;
    supersedes: string | null;
    /** 0 urgent, 1 normal, 2 low. */
    urgency: number;
    notice: Json;
    created_at: Date;
    due_at: SetByDatabase;
    attempt: Generated<number>;
    owner: string | null;
    lease_until: Date | null;
    ambiguous: Generated<boolean>;
    failed_at: Date | null;
    why: string | null;
  };
  inbox: {
    key: string;
    kind: string;
    payload: ColumnType<unknown, string | null, string | null>;
    received_at: Date;
    taken_at: SetByDatabase;
    owner: string | null;
    lease_until: Date | null;
    outcome: string | null;
    settled_at: Date | null;
  };
  turn: {
    key: string;
    /** Epoch ms, ascending. */
    taken: Generated<number[]>;
    paused_until: Generated<number>;
    used_at: SetByDatabase;
  };
  face_ref: {
    subject: string;
    key: string;
    value: string;
    set_at: SetByDatabase;
  };
}
