// The first schema: events and their private texts, the incident projection, evidence, outbox, inbox, face references.

import { type Kysely, sql } from 'kysely';

const statements = [
  `create table event (
    stream text not null,
    seq integer not null check (seq > 0),
    at timestamptz not null,
    recorded_at timestamptz not null,
    actor jsonb not null,
    type text not null,
    data jsonb not null,
    prev_hash text not null,
    hash text not null,
    constraint event_in_order primary key (stream, seq)
  )`,
  `create index event_by_type on event (type, stream)`,
  `create function refuse_change_of_events() returns trigger language plpgsql as $$
  begin
    raise exception 'events are append-only';
  end
  $$`,
  `create trigger event_append_only before update or delete or truncate on event
    for each statement execute function refuse_change_of_events()`,

  // Erasing a text is setting text and salt to null: without the salt the digest in the chain cannot be guessed back.
  `create table private_text (
    id text primary key,
    stream text not null,
    salt bytea,
    text text
  )`,
  `create index private_text_by_stream on private_text (stream)`,

  `create table incident (
    stream text primary key,
    number integer not null unique,
    runbook text not null,
    scope text not null,
    status text not null check (status in ('open', 'resolved')),
    separate boolean not null,
    seq integer not null,
    state jsonb not null
  )`,
  `create unique index incident_one_open on incident (runbook, scope) where status = 'open' and not separate`,
  `create index incident_newest on incident (status, number desc)`,

  // A row instead of a sequence: a number taken by a transaction that rolls back is given again, so numbers have no gaps.
  `create table counter (name text primary key, value integer not null)`,
  `insert into counter (name, value) values ('incident', 0)`,

  `create table evidence (
    id text primary key,
    digest text not null,
    kind text not null,
    media_type text not null,
    body bytea not null,
    kept_at timestamptz not null default now()
  )`,

  // A sample is known by its own time: a scrape that is asked for twice stays one sample.
  `create table sample (
    stream text not null,
    signal text not null,
    at timestamptz not null,
    value double precision,
    verdict text not null,
    primary key (stream, signal, at)
  )`,

  `create table outbox (
    position bigint generated always as identity primary key,
    id text not null unique,
    lane text not null,
    supersedes text,
    urgency smallint not null,
    notice jsonb not null,
    created_at timestamptz not null,
    due_at timestamptz not null default now(),
    attempt integer not null default 0,
    owner text,
    lease_until timestamptz,
    ambiguous boolean not null default false,
    failed_at timestamptz,
    why text
  )`,
  `create index outbox_by_lane on outbox (lane, position) where failed_at is null`,

  `create table inbox (
    key text primary key,
    kind text not null,
    payload jsonb,
    received_at timestamptz not null,
    taken_at timestamptz not null default now(),
    owner text,
    lease_until timestamptz,
    outcome text,
    settled_at timestamptz
  )`,
  `create index inbox_unsettled on inbox (taken_at) where settled_at is null`,
  `create index inbox_settled on inbox (settled_at) where settled_at is not null`,

  `create table face_ref (
    subject text not null,
    key text not null,
    value text not null,
    set_at timestamptz not null default now(),
    primary key (subject, key)
  )`,
  `create index face_ref_by_value on face_ref (key, value)`,
];

export async function up(db: Kysely<unknown>): Promise<void> {
  for (const statement of statements) await sql.raw(statement).execute(db);
}
