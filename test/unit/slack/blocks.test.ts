// Any view, however large or hostile, becomes messages that Slack takes; and what they say is in the right place.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { Actor } from '../../../src/core/actor.ts';
import { person } from '../../../src/core/actor.ts';
import type { CheckView, IncidentView } from '../../../src/response/views.ts';
import { chooseModal } from '../../../src/slack/blocks/action-modals.ts';
import { answerMessage, debtBlocks, type PlainAnswer, refusalMessage } from '../../../src/slack/blocks/answers.ts';
import { announcement, incidentCard, incidentShown } from '../../../src/slack/blocks/card.ts';
import { evidenceMessages } from '../../../src/slack/blocks/evidence.ts';
import { closingModal, gapModal, noteModal } from '../../../src/slack/blocks/modals.ts';
import { reviewMessage } from '../../../src/slack/blocks/review.ts';
import type { Message } from '../../../src/slack/blocks/rich.ts';
import { callMessage, chartMessage, sayMessage, sparkMessage, tooLateMessage } from '../../../src/slack/blocks/talk.ts';
import { aCheck, anIncident, anObservation, aResolvedIncident, aReview, nightMs } from '../../support/face-views.ts';
import { problemsOfBlocks } from '../../support/slack-blocks.ts';

const named = (actor: Actor): string => (actor.kind === 'person' ? actor.id : actor.kind);
const text = fc.oneof(
  fc.string({ unit: 'binary', maxLength: 60 }),
  fc.constantFrom(
    '',
    '<!channel> *x* `y`',
    '<@U1|x>',
    '&'.repeat(5_000),
    'z'.repeat(12_000),
    '\u202e\u0000',
    '😀'.repeat(900),
  ),
);
const verdict = fc.constantFrom('ok', 'warning', 'critical', 'unknown' as const);

const check: fc.Arbitrary<CheckView> = fc
  .record({
    title: text,
    summary: text,
    verdict,
    label: text,
    rows: fc.integer({ min: 0, max: 60 }),
    detail: text,
    notes: fc.array(text, { maxLength: 5 }),
    answered: fc.boolean(),
  })
  .map((one) => ({
    ...aCheck({ title: one.title }),
    ...(one.answered
      ? {
          observation: anObservation({
            title: one.title,
            verdict: one.verdict,
            summary: one.summary,
            notes: one.notes,
            rows: Array.from({ length: one.rows }, () => ({
              label: one.label,
              verdict: one.verdict,
              note: one.detail,
            })),
            limits: Array.from({ length: 5 }, () => ({
              level: 'warning',
              breachedWhen: 'above',
              bound: 5,
              source: one.label,
              outcome: 'undecidable',
              why: one.detail,
            })),
            ...(one.verdict === 'unknown'
              ? { unknown: { reason: 'no_data', detail: one.detail, remedy: one.label } }
              : {}),
          }),
        }
      : { observation: undefined as never }),
  }));

const incident: fc.Arbitrary<IncidentView> = fc
  .record({ words: text, more: text, checks: fc.array(check, { maxLength: 25 }), verdict, resolved: fc.boolean() })
  .map(({ words, more, checks, verdict: worst, resolved }) => {
    const base = resolved ? aResolvedIncident() : anIncident();
    return {
      ...base,
      title: words,
      scope: more,
      note: more,
      headline: { verdict: worst, text: words },
      checks,
      progress: { done: 1, total: 40, awaited: Array.from({ length: 30 }, () => words), round: 3 },
      standings: Array.from({ length: 12 }, (_, n) => ({
        hypothesis: `h${n}`,
        title: words,
        position: (['supported', 'ruled-out', 'open', 'unknown'] as const)[n % 4] ?? 'open',
        for: [more, words],
        against: [more],
        missing: [words],
      })),
      proposals: Array.from({ length: 15 }, (_, n) => ({
        id: `${n}`,
        title: words,
        step: more,
        risk: 'risky',
        supported: n > 7,
        offered: n > 9,
        why: more,
        caution: words,
      })),
      setupFailures: { channel: words, invite: more },
      recovery: { state: 'worse', summary: words, healthySamples: 0, neededSamples: 5 },
      ...(resolved ? { resolved: { at: nightMs + 1, by: person('U1'), as: 'false-alarm', reason: more } } : {}),
    } satisfies IncidentView;
  });

/** What Slack checks, and what we promise beyond it. */
function expectGood(message: Message): void {
  expect(problemsOfBlocks(message.blocks)).toEqual([]);
  expect(message.text.length).toBeLessThanOrEqual(4_000);
  expect(message.text.trim()).not.toBe('');
  const json = JSON.stringify(message.blocks);
  expect(json).not.toContain('"type":"mrkdwn"');
  expect(json).not.toContain('\u202e');
}

function expectNoMention(message: Message): void {
  expect(message.text).not.toMatch(/[<>]/);
  expect(JSON.stringify(message.blocks)).not.toMatch(/"type":"(user|usergroup|broadcast)"/);
}

describe('any incident', () => {
  it('becomes a card, an announcement and an answer that Slack takes and that mention nobody', () => {
    fc.assert(
      fc.property(incident, (view) => {
        for (const message of [
          incidentCard(view, named),
          announcement(view, named, 'C0ROOM'),
          incidentShown(view, named, 'https://x.slack.com/archives/C1/p1'),
        ]) {
          expectGood(message);
          expectNoMention(message);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('becomes evidence in as many messages as it needs, every answered check named in them', () => {
    fc.assert(
      fc.property(incident, (view) => {
        const messages = evidenceMessages(
          { ...view, checks: view.checks.map((one, n) => ({ ...one, title: `check-${n}!` })) },
          2,
        );
        for (const message of messages) {
          expectGood(message);
          expectNoMention(message);
        }
        const all = JSON.stringify(messages.map((message) => message.blocks));
        view.checks.forEach((one, n) => {
          if (one.observation !== undefined) expect(all).toContain(`check-${n}!`);
        });
      }),
      { numRuns: 40 },
    );
  });
});

it('any review becomes a message that Slack takes, running or finished', () => {
  fc.assert(
    fc.property(fc.array(check, { maxLength: 40 }), text, fc.boolean(), (checks, words, finished) => {
      const gaps = checks.map(() => ({ check: words, title: words, level: 'warning' as const, why: words }));
      const view = aReview({ checks, finished, gaps, title: words, headline: { verdict: 'ok', text: words } });
      expectGood(reviewMessage(view));
      expectNoMention(reviewMessage(view));
    }),
    { numRuns: 40 },
  );
});

it('what the first line of a check says is not said again below it', () => {
  const why = 'the first bucket edge is 5 ms';
  const detail = `the warning limit 4 ms cannot be measured: ${why}`;
  const limit = { breachedWhen: 'above', source: 'runbook', outcome: 'undecidable', why } as const;
  const p99 = anObservation({
    verdict: 'unknown',
    summary: `not critical: 0.08 % of requests above 5 ms (limit 1 %); ${detail}`,
    limits: [
      { ...limit, level: 'critical', bound: 5, outcome: 'held' },
      { ...limit, level: 'warning', bound: 4 },
    ],
    unknown: { reason: 'unresolvable', detail, remedy: 'Add a bucket edge at this limit.' },
  });
  const drawn = JSON.stringify(reviewMessage(aReview({ checks: [aCheck({ observation: p99 })] })).blocks);
  expect(drawn.split(why).length - 1).toBe(1);
  expect(drawn).toContain('What to do: Add a bucket edge at this limit.');
});

it('any answer, line, chart and late click becomes a message that Slack takes', () => {
  fc.assert(
    fc.property(text, fc.integer({ min: 0, max: 80 }), (words, many) => {
      const lines = Array.from({ length: many }, () => words);
      const line = {
        id: 'INC-1',
        title: words,
        scope: words,
        status: 'open',
        verdict: 'ok',
        headline: words,
        declaredAt: nightMs,
        link: `https://x/${words}`,
      } as const;
      const refusal = { whose: 'person', code: 'x', message: words, remedy: words, earlier: { at: nightMs } } as const;
      expectGood(refusalMessage(refusal, () => words));
      const answers: readonly PlainAnswer[] = [
        { kind: 'text', text: words },
        { kind: 'help', commands: lines.map((usage) => ({ usage, does: words })), unknown: words, suggestion: words },
        { kind: 'incident-list', incidents: lines.map(() => line), total: many + 3 },
        { kind: 'oncall', levels: lines.slice(0, 6).map((name) => ({ level: 'L1', name, pageAtMs: 0, people: [] })) },
        { kind: 'review-started', review: 'R', title: words, checks: many },
      ];
      for (const answer of answers) expectGood(answerMessage(answer));
      const call = { level: 'L1', name: words, people: [...lines, 'U0RITA', 'S0ONCALL'], why: words };
      expectGood(callMessage(anIncident({ title: words }), [call]));
      expectGood(callMessage(anIncident({ title: words }), [call, call, call]));
      for (const message of [
        sayMessage(words, lines),
        chartMessage(words, words, 'F0123456789'),
        sparkMessage(words, words, lines),
        tooLateMessage(words, 'https://x/y'),
      ]) {
        expectGood(message);
        expectNoMention(message);
      }
    }),
    { numRuns: 60 },
  );
});

it('any modal is one that Slack takes', () => {
  fc.assert(
    fc.property(text, (words) => {
      const about = { id: 'INC-42', title: words, metadata: 'INC-42 C1' };
      const gaps = Array.from({ length: 120 }, (_, n) => ({
        check: `${n}${words}`,
        title: words,
        level: 'critical' as const,
        why: words,
      }));
      const modals = [
        closingModal('resolve', about),
        noteModal(about, nightMs),
        gapModal(aReview({ gaps }), 'REV-7', nightMs),
      ];
      for (const view of modals) expect(problemsOfBlocks(view.blocks, view)).toEqual([]);
    }),
    { numRuns: 40 },
  );
});

describe('the card', () => {
  it('gives no check mark to a phase whose checks could not be measured', () => {
    const phases = (count: number) =>
      incidentCard(
        anIncident({
          phases: [
            { name: 'verify', state: 'done', ...(count === 0 ? {} : { unknown: { count, of: 2 } }) },
            { name: 'investigate', state: 'current', detail: '1 of 5', unknown: { count: 1, of: 5 } },
          ],
        }),
        named,
      ).text;
    expect(phases(0)).toContain('✅ Verified · ▶ Investigating 1 of 5');
    expect(phases(1)).toContain('⚪ Verified 1 of 2 unknown · ▶ Investigating 1 of 5');
    expect(phases(2)).toContain('⚪ Not verified 2 of 2 unknown');
    expect(phases(2)).not.toContain('✅');
  });

  it('says the verdict, the number and the scope first, in its text and in its blocks', () => {
    const card = incidentCard(anIncident(), named);
    expect(card.text.split('\n')[0]).toBe('🔴 CRITICAL · P99 19.0 ms &gt; 5 ms · rising since 02:14 UTC · agent-bus');
    expect(JSON.stringify(card.blocks[0])).toContain('🔴 CRITICAL · P99 19.0 ms > 5 ms');
  });

  it('has one primary button, at most three more, and the rest in a menu', () => {
    const card = incidentCard(anIncident(), named);
    const actions = card.blocks.find((block) => block.type === 'actions');
    const elements = actions?.elements ?? [];
    expect(elements.filter((one) => 'style' in one && one.style === 'primary')).toHaveLength(1);
    expect(elements.filter((one) => one.type === 'button').length).toBeLessThanOrEqual(4);
    expect(elements.filter((one) => one.type === 'overflow')).toHaveLength(1);
  });

  it('names what the evidence supports with its step and risk, by hand where the bot cannot do it; the caution is in the thread', () => {
    const json = JSON.stringify(incidentCard(anIncident(), named).blocks);
    expect(json).toContain('Clear cache prefixes');
    expect(json).toContain('step 6.2, by hand, risky');
    expect(json).not.toContain('acgs.propose');
    expect(JSON.stringify(evidenceMessages(anIncident(), 1))).toContain('it deletes 500 keys');
  });

  it('has the supported action as its one primary button once somebody is on it, and none while another is under way', () => {
    const stopped = { stopped: { by: person('U0RITA'), at: nightMs }, told: [], exhausted: false };
    const base = anIncident({
      escalation: stopped,
      intents: ['resolve', 'recheck', 'take-command', 'note', 'false-alarm'],
    });
    const view = { ...base, proposals: base.proposals.map((proposal) => ({ ...proposal, offered: true })) };
    const buttons = (of: typeof view) =>
      incidentCard(of, named).blocks.flatMap((block) => (block.type === 'actions' ? block.elements : []));
    const drawn = buttons(view);
    expect(drawn[0]).toMatchObject({ action_id: 'acgs.propose', value: `${view.id} clear`, style: 'primary' });
    expect(drawn[1]).toMatchObject({ action_id: 'acgs.choose' });
    expect(drawn.filter((one) => 'style' in one && one.style === 'primary')).toHaveLength(1);
    expect(drawn.filter((one) => one.type === 'button').length).toBeLessThanOrEqual(4);
    const underWay = [{ id: 'a', title: 'Scale', state: 'running', since: nightMs }] as const;
    expect(buttons({ ...view, underWay }).map((one) => one.action_id)).not.toContain('acgs.propose');
    // Nothing invites to close an incident that is still bad.
    expect(buttons({ ...view, underWay }).filter((one) => 'style' in one)).toEqual([]);
    // Nor to do again what was done and not looked at since, nor to do the next thing at once.
    const [clear] = view.proposals.map((proposal) => ({ ...proposal, doneAt: nightMs }));
    const done = { ...view, proposals: [...(clear === undefined ? [] : [clear]), ...view.proposals] };
    expect(buttons(done).map((one) => one.action_id)).not.toContain('acgs.propose');
    expect(incidentCard(done, named).text).toMatch(/Clear cache prefixes \(step 6\.2, risky, done \d\d:\d\d UTC\)/);
    // Nor to do anything about what is over, but to close it.
    const recovery = { state: 'recovered', summary: 'P99 3 ms', healthySamples: 5, neededSamples: 5 } as const;
    const over = buttons({ ...view, recovery });
    expect(over.map((one) => one.action_id)).not.toContain('acgs.propose');
    expect(over.filter((one) => 'style' in one)).toMatchObject([{ action_id: 'acgs.resolve', style: 'primary' }]);
  });

  it('says when the clock runs, and for whom', () => {
    expect(incidentCard(anIncident(), named).text).toContain(
      'L2 Platform team lead is told at 02:19 UTC unless somebody acknowledges',
    );
    const stopped = { stopped: { by: person('rita'), at: nightMs + 120_000 }, told: [], exhausted: false };
    const text = incidentCard(anIncident({ escalation: stopped }), named).text;
    expect(text).toContain('Clock stopped by rita 02:16 UTC');
    expect(text).toContain('Acknowledge rita 02:16 UTC');
  });

  it('names what of its actions is under way and what is still in place, and so does the form that closes it', () => {
    const underWay = [{ id: 'a', title: 'Flush', state: 'awaiting' as const, since: nightMs }];
    const debt = {
      ...{ action: 'b', incident: 'INC-42', title: 'Scale to 5', outcome: '3 → 5', target: 'acgs2-agent-bus' },
      ...{ undo: 'Back to 3', since: nightMs, by: person('rita') },
    };
    const open = incidentCard(anIncident({ underWay, debts: [debt] }), named);
    for (const shown of [open.text, JSON.stringify(open.blocks)]) {
      expect(shown).toContain('Flush WAITS FOR APPROVAL since 02:14 UTC');
      expect(shown).toContain('Scale to 5 on acgs2-agent-bus since 02:14 UTC');
    }
    const resolved = { at: nightMs, by: person('rita'), as: 'resolved' as const, reason: 'over' };
    const closed = incidentCard(anIncident({ status: 'resolved', resolved, debts: [debt] }), named);
    expect(closed.text).toContain('Still in place: Scale to 5 on acgs2-agent-bus since 02:14 UTC');
    const form = closingModal('resolve', { id: 'INC-42', title: 'High latency', metadata: 'INC-42' }, [debt]);
    expect(JSON.stringify(form)).toContain('Closing does not put it back.');
    expect(incidentCard(anIncident(), named).text).not.toMatch(/In place|Actions:/);
  });

  it('does not change because time passed', () => {
    expect(incidentCard(anIncident(), named)).toEqual(incidentCard(anIncident(), named));
  });
});

it('the same change in two incidents has two buttons that are told apart without seeing the lines above them', () => {
  const debt = {
    action: 'a1',
    title: 'Scale to 5',
    target: 'acgs2-agent-bus',
    outcome: '5 replicas',
    undo: 'Back to 3',
  };
  const of = (incident: string) => debtBlocks({ ...debt, incident, since: 0, by: person('rita') });
  const shown = JSON.stringify(['INC-1', 'INC-2'].flatMap(of));
  expect(shown).toContain('"accessibility_label":"Back to 3 (INC-1, acgs2-agent-bus)"');
  expect(shown).toContain('"accessibility_label":"Back to 3 (INC-2, acgs2-agent-bus)"');
});

it('an unknown check says what was asked and what to do', () => {
  const unknown = {
    reason: 'no_data',
    detail: 'no such series cache_hits_total',
    remedy: 'acgs doctor lists what exists.',
  } as const;
  const view = anIncident({
    checks: [aCheck({ observation: anObservation({ verdict: 'unknown', unknown, summary: 'no data' }) })],
  });
  const json = JSON.stringify(evidenceMessages(view, 1));
  expect(json).toContain('⚪ UNKNOWN');
  expect(json).toContain('no such series cache_hits_total');
  expect(json).toContain('What to do: acgs doctor lists what exists.');
});

it('rows that were cut are counted', () => {
  const rows = Array.from({ length: 10 }, (_, n) => ({ label: `pod-${n}`, verdict: 'ok' as const }));
  const view = anIncident({ checks: [aCheck({ observation: anObservation({ rows, rowsCut: 90 }) })] });
  expect(JSON.stringify(evidenceMessages(view, 1))).toContain('and 94 more rows');
});

it('steps that only people can do are said with the evidence', () => {
  const sayings = [
    { phase: 'investigate', step: '5', text: 'TRACE_ENABLED changes nothing in this version.' },
  ] as const;
  expect(JSON.stringify(evidenceMessages(anIncident({ sayings }), 1))).toContain('TRACE_ENABLED changes nothing');
});

it('a cause without an action stands in the list of actions, with its state and what to do instead', () => {
  const text = 'If an upstream service is the cause there is nothing to execute.';
  const why = 'Upstream is supported: breakers 1 open: policy-registry.';
  const view = anIncident({ sayings: [{ phase: 'mitigate', step: '8', text, helps: 'upstream', why }] });
  for (const shown of [JSON.stringify(evidenceMessages(view, 1)), JSON.stringify(chooseModal(view, ''))]) {
    expect(shown).toContain('No action to run');
    expect(shown).toContain(`step 8. ${why}`);
    expect(shown.split(text)).toHaveLength(2);
  }
});
