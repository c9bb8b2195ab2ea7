// Somebody who can write to the database changes the record: `acgs audit verify` names the first bad event of each stream.

import { spawnSync } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { Writable } from 'node:stream';
import { sql } from 'kysely';
import { afterAll, beforeAll, describe, expect, it, test } from 'vitest';
import { theBot } from '../../src/core/actor.ts';
import { type Head, spellHead } from '../../src/core/audit.ts';
import { openEmbedded } from '../../src/store/embedded.ts';
import { openForErasing, openForReading, openStore, type StoreOptions } from '../../src/store/index.ts';
import { openPostgres } from '../../src/store/postgres.ts';
import { auditErase } from '../../src/terminal/audit-erase.ts';
import { auditExport } from '../../src/terminal/audit-export.ts';
import { auditVerify } from '../../src/terminal/audit-verify.ts';
import type { Means } from '../../src/terminal/means.ts';
import { declare, noted } from '../contracts/store/engines.ts';
import { checkExport } from '../support/independent-audit.ts';
import { givenToStore, prepareDirectory } from '../support/prepared-store.ts';
import { startRealPostgres, whyNoPostgres } from '../support/real-postgres.ts';

const { log } = givenToStore();

/** A terminal at which nobody sits and that nothing can be asked of. */
const nobody: Means = {
  askBot: async () => undefined,
  openRecord: () => Promise.reject(new Error('no record was given')),
  openEraser: () => Promise.reject(new Error('no record was given')),
  operator: 'tester',
  ask: async () => undefined,
  out: () => {},
  complain: () => {},
  output: () => new Writable({ write: (_chunk, _encoding, done) => done() }),
};
const closing: (() => unknown)[] = [];
afterAll(async () => {
  for (const close of closing.reverse()) await close();
});

async function directory(): Promise<StoreOptions> {
  const path = mkdtempSync(join(tmpdir(), 'acgs-audit-'));
  closing.push(() => rmSync(path, { recursive: true, force: true }));
  await prepareDirectory(path);
  return { kind: 'embedded', path };
}

async function server(): Promise<StoreOptions> {
  const postgres = await startRealPostgres();
  closing.push(() => postgres.stop());
  return { kind: 'postgres', url: postgres.url };
}

/** Seven incidents of four events each, and the heads as they would have been posted. */
async function recordIn(options: StoreOptions): Promise<ReadonlyMap<string, Head>> {
  const store = await openStore(options, givenToStore());
  const heads = new Map<string, Head>();
  for (let number = 1; number <= 7; number += 1) {
    const id = await declare(store);
    await store.transact((tx) => tx.append(id, 1, [noted('one'), noted('two'), noted('three')]));
    const last = (await store.events(id)).at(-1);
    if (last !== undefined) heads.set(id, { stream: id, seq: last.seq, hash: last.hash });
  }
  await store.close();
  return heads;
}

/** Runs statements as an intruder who knows how to get around the trigger. */
async function intrude(options: StoreOptions, ...statements: readonly string[]): Promise<void> {
  const engine = options.kind === 'embedded' ? await openEmbedded(options.path, log) : openPostgres(options.url, log);
  await sql.raw('alter table event disable trigger event_append_only').execute(engine.db);
  for (const statement of statements) await sql.raw(statement).execute(engine.db);
  await sql.raw('alter table event enable trigger event_append_only').execute(engine.db);
  await engine.close();
}

async function verify(options: StoreOptions, ...words: readonly string[]): Promise<{ code: number; said: string }> {
  let said = '';
  const code = await auditVerify(words, {
    askBot: async () => undefined,
    openRecord: () => openForReading(options, log),
    out: (text) => {
      said += text;
    },
  });
  return { code, said };
}

describe.each([
  ['in a directory', directory, undefined],
  ['on PostgreSQL', server, whyNoPostgres()],
] as const)('a record %s', (name, open, missing) => {
  describe.skipIf(missing !== undefined)(missing === undefined ? name : `${name} (${missing})`, () => {
    let options: StoreOptions;
    let heads: ReadonlyMap<string, Head>;
    const posted = (id: string) => `Head of the record · ${spellHead(heads.get(id) as Head)} · docs/audit.md`;
    beforeAll(async () => {
      options = await open();
      heads = await recordIn(options);
    });

    it('holds as it was recorded, with every head that was posted', async () => {
      const { code, said } = await verify(options, '--head', posted('INC-1'), '--head', posted('INC-7'));
      expect(said).toContain('28 events in 7 streams, every hash fits');
      expect(said).toContain('All 2 heads that you gave are in the record');
      expect(code).toBe(0);
    });

    it('F60: edited, deleted, reordered and emptied events are named, the first of each stream; so is what is cut', async () => {
      await intrude(
        options,
        `update event set data = data || '{"happenedAt": 1}' where stream = 'INC-1' and seq in (2, 4)`,
        `delete from event where stream = 'INC-2' and seq = 3`,
        `update event set seq = seq + 100 where stream = 'INC-3' and seq in (2, 3)`,
        `update event set seq = 105 - seq where stream = 'INC-3' and seq > 100`,
        `update private_text set text = null, salt = null where stream = 'INC-4' and text = 'two'`,
        // A cut tail, by somebody who thinks of the projection, and a whole incident.
        `delete from event where stream = 'INC-5' and seq > 2`,
        `update incident set seq = 2 where stream = 'INC-5'`,
        `delete from event where stream = 'INC-6'`,
        `delete from incident where stream = 'INC-6'`,
      );
      const alone = await verify(options);
      expect(alone.code).toBe(1);
      expect(alone.said).toContain('INC-1 #2: the event was changed after it was recorded');
      expect(alone.said).toContain('INC-2 #3: the event is missing');
      expect(alone.said).toContain('INC-3 #2: the event does not follow the one before it');
      expect(alone.said).toContain('INC-4 #3: words or evidence of the event are gone, and no erasure is on record');
      expect(alone.said).toContain('INC-6 #1: the incident is missing as a whole');
      expect(alone.said).not.toContain('INC-5');
      expect(alone.said).not.toContain('INC-7');

      const compared = await verify(options, '--head', posted('INC-5'), '--head', posted('INC-7'));
      expect(compared.said).toContain('INC-5 #3: the tail is cut: #4 was posted, and the record ends at #2');
      expect(compared.said).not.toContain('INC-7');
      expect(compared.code).toBe(1);
    });

    it('F60: a stream that was forged from its first event on, every hash anew, does not fit the head that was posted', async () => {
      const forged = { ...(heads.get('INC-7') as Head), hash: 'a'.repeat(64) };
      const { code, said } = await verify(options, '--head', spellHead(forged));
      expect(said).toContain('INC-7 #4: the event is not the one whose head was posted');
      expect(code).toBe(1);
    });
  });
});

describe('looking at a record in a directory', () => {
  it('F60: finds a cut tail by the heads that were noted once a day, and those by the one that was posted', async () => {
    const options = await directory();
    const heads = await recordIn(options);
    const store = await openStore(options, givenToStore());
    const event = { type: 'heads-noted', heads: [...heads.values()] } as const;
    const noted = await store.transact((tx) => tx.append('heads', 0, [{ at: 0, actor: theBot, event }]));
    await store.close();
    await intrude(
      options,
      `delete from event where stream = 'INC-5' and seq > 2`,
      `update incident set seq = 2 where stream = 'INC-5'`,
    );
    const cut = await verify(options);
    expect(cut.said).toContain('INC-5 #3: the tail is cut: #4 was noted on 1970-01-01, and the record ends at #2');
    await intrude(options, `delete from event where stream = 'heads'`);
    expect((await verify(options)).code).toBe(0);
    expect((await verify(options, '--head', spellHead(noted[0] as Head))).said).toContain('heads #1: the tail is cut');
  });

  it('changes no byte of it, also where the bot was killed', async () => {
    const options = await directory();
    const store = await openStore(options, givenToStore());
    closing.push(() => store.close());
    await declare(store);
    // What a killed process leaves: files as they are in the middle of it, and no lock.
    const path = mkdtempSync(join(tmpdir(), 'acgs-audit-killed-'));
    closing.push(() => rmSync(path, { recursive: true, force: true }));
    cpSync(join((options as { readonly path: string }).path, 'data'), join(path, 'data'), { recursive: true });
    const before = bytesOf(path);
    const { code, said } = await verify({ kind: 'embedded', path });
    expect(said).toContain('1 event in 1 stream');
    expect(code).toBe(0);
    expect(bytesOf(path)).toEqual(before);
  });

  it('is refused while a bot has it, with what to do', async () => {
    const options = await directory();
    const store = await openStore(options, givenToStore());
    closing.push(() => store.close());
    await expect(verify(options)).rejects.toThrow(/A bot runs on the embedded store .* Stop the bot/);
  });

  it('says where there is none, and makes none', async () => {
    const path = join(tmpdir(), `acgs-audit-none-${process.pid}`);
    await expect(verify({ kind: 'embedded', path })).rejects.toThrow(`There is no embedded store in ${path}`);
    expect(readdirSync(tmpdir())).not.toContain(path.split('/').at(-1));
  });
});

it('a head that cannot be read is refused, and nothing is called fine', async () => {
  const nowhere: StoreOptions = { kind: 'embedded', path: '/nonexistent' };
  await expect(verify(nowhere, '--head', 'INC-7:12:abc')).rejects.toThrow('There is no head in what was given');
  await expect(verify(nowhere, '--heads', '/nonexistent')).rejects.toThrow('The file of heads cannot be read');
});

test('an export is checked by a program that knows docs/audit.md only, and finds what is changed in it', async () => {
  const options = await directory();
  const store = await openStore(options, givenToStore());
  const id = await declare(store, { note: { private: 'Grüße 🔥 "quoted"\n\u0001 \ud800 end' } });
  const observation = { 'ünicode key': 1e-7, b: 1e21, a: -0, '10': 0.1, '9': null, list: [{ z: 1, y: [] }] };
  await store.transact((tx) =>
    tx.append(id, 1, [noted('two', 'U0RITA'), { ...noted(''), event: { type: 'acknowledged', observation } as never }]),
  );
  for (let n = 0; n < 250; n += 1) await store.transact((tx) => tx.append('review-x', n, [noted(`note ${n}`)]));
  const head = await store.head(id);
  await store.close();

  const file = join(mkdtempSync(join(tmpdir(), 'acgs-export-')), 'record.jsonl');
  closing.push(() => rmSync(dirname(file), { recursive: true, force: true }));
  const complained: string[] = [];
  const means = {
    ...nobody,
    openRecord: () => openForReading(options, log),
    complain: (text: string) => complained.push(text),
  };
  expect(await auditExport(['--out', file], means)).toBe(0);
  expect(complained.join('')).toContain('253 events exported');
  const text = readFileSync(file, 'utf8');
  expect(statSync(file).mode & 0o777).toBe(0o600);
  expect(checkExport(text).wrong).toEqual([]);
  expect(checkExport(text).heads).toContain(spellHead(head as Head));
  expect(checkExport(text.replace('"U0RITA"', '"U0OMAR"')).wrong).toEqual([`${id} #2: a private text`]);
  expect(checkExport(text.replace('"type":"acknowledged"', '"type":"resolved"')).wrong).toEqual([`${id} #3: its hash`]);

  await expect(auditExport(['--out', file], means)).rejects.toThrow('is not written over');
  await expect(auditExport(['--incident', '99', '--out', `${file}.99`], means)).rejects.toThrow('no incident INC-99');
});

describe('erasing', () => {
  let options: StoreOptions;
  let id: string;
  beforeAll(async () => {
    options = await directory();
    const store = await openStore(options, givenToStore());
    id = await declare(store);
    await store.transact((tx) => tx.append(id, 1, [noted('she was at the doctor\u001b[2J', 'U0RITA')]));
    await store.close();
  });

  const erase = async (words: readonly string[], answer?: string) => {
    const said: string[] = [];
    const code = await auditErase(words, {
      ...nobody,
      openEraser: () => openForErasing(options, givenToStore()),
      ask: async () => answer,
      out: (text) => void said.push(text),
    });
    return { code, said: said.join('') };
  };

  it('shows what goes, and erases nothing before somebody confirms it', async () => {
    const { code, said } = await erase(['--event', `${id}:2`], 'yes');
    expect(said).toContain(`${id} #2 noted\n    “she was at the doctor [2J”`);
    expect(said).toContain('Nothing was erased.');
    expect(code).toBe(1);
    expect((await erase(['--event', `${id}:2`])).said).toContain('Nothing was erased: nobody can confirm it here');
  });

  it('erases after the confirmation, says who did it, and the record holds', async () => {
    const { code, said } = await erase(['--event', `${id}:2`], 'erase');
    expect(said).toContain(`Erased, and recorded as done by tester: ${id}.`);
    expect(code).toBe(0);
    const verified = await verify(options);
    expect(verified.said).toContain('1 private text or file erased, on record');
    expect(verified.code).toBe(0);
    expect((await erase(['--event', `${id}:2`, '--yes'])).said).toContain('Nothing to erase');
  });

  it('keeps the id of a person in an open incident, and says so', async () => {
    const { code, said } = await erase(['--person', 'U0RITA', '--yes']);
    expect(said).toContain(`${id} stays as it is: it is still open`);
    expect(code).toBe(1);
    expect((await erase(['--person', 'U0NOBODY', '--yes'])).code).toBe(0);
  });

  it('needs to be told what', async () => {
    await expect(erase([])).rejects.toThrow('either --event INC-7:12 or --person');
    await expect(erase(['--event', 'INC-7'])).rejects.toThrow('names no event');
  });
});

it('the program itself ends with 2 for a wrong configuration and 3 for a store that is away', async () => {
  const run = (...words: readonly string[]) => {
    const env = { PATH: process.env.PATH, DATABASE_URL: 'postgres://acgs:hunter2@127.0.0.1:1/acgs' };
    const { status, stderr } = spawnSync(process.execPath, ['src/terminal/main.ts', ...words], {
      env,
      encoding: 'utf8',
    });
    expect(stderr).not.toContain('hunter2');
    return { status, stderr };
  };
  const config = ['--config', 'test/fixtures/terminal-config.yml'];
  expect(run('audit', 'verify', ...config)).toMatchObject({
    status: 3,
    stderr: expect.stringMatching(/could not be read/),
  });
  expect(run('audit', 'verify', '--config', 'nowhere.yml')).toMatchObject({ status: 2 });
});

/** Size and time of change of every file but the lock. */
function bytesOf(path: string): Readonly<Record<string, string>> {
  const files = readdirSync(join(path, 'data'), { recursive: true, withFileTypes: true }).filter((one) => one.isFile());
  return Object.fromEntries(
    files.map((file) => {
      const { size, mtimeMs } = statSync(join(file.parentPath, file.name));
      return [join(file.parentPath, file.name), `${size} ${mtimeMs}`];
    }),
  );
}
