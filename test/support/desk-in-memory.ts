// A desk for tests of a face: views are put in by hand, what is asked is noted, and answers leave through the real outbox.

import { person } from '../../src/core/actor.ts';
import type { Answer } from '../../src/core/answer.ts';
import type { Chart } from '../../src/core/chart.ts';
import type { SetupStep } from '../../src/core/event.ts';
import type { Fault } from '../../src/core/fault.ts';
import type { Notice } from '../../src/core/notice.ts';
import type { Store } from '../../src/core/ports.ts';
import type { ActionView } from '../../src/response/actions/action-view.ts';
import type { Desk, Request } from '../../src/response/desk.ts';
import type { IncidentView, ReviewView } from '../../src/response/views.ts';

export interface DeskInMemory extends Desk {
  readonly incidents: Map<string, IncidentView>;
  readonly reviews: Map<string, ReviewView>;
  readonly charts: Map<string, Chart>;
  readonly reports: Map<string, string>;
  readonly actions: Map<string, ActionView>;
  /** What was asked, in order: the method, its words, and who asked. */
  readonly asked: { readonly what: string; readonly with: readonly unknown[]; readonly request: Request }[];
  readonly setupFailures: { readonly incident: string; readonly step: SetupStep; readonly why: string }[];
  /** What `whyNot` says; default nothing. */
  fault: Fault | undefined;
  /** Thrown by everything that a person asks, until it is cleared. */
  breaks: Error | undefined;
  /** What a command answers. */
  answers: (words: string) => Answer;
  /** Puts the incident on record and sends what a declaration sends; `people` are invited when its room is there. */
  declare(view: IncidentView, people?: readonly string[]): Promise<void>;
  send(...notices: readonly Notice[]): Promise<void>;
  change(id: string, by: Partial<IncidentView>): Promise<void>;
}

export function createDeskInMemory(store: Store): DeskInMemory {
  const asked: DeskInMemory['asked'] = [];

  const note = async (what: string, words: readonly unknown[], request: Request, notices: readonly Notice[] = []) => {
    if (desk.breaks !== undefined) throw desk.breaks;
    await store.transact(async (tx) => {
      for (const notice of notices) await tx.send({ lane: laneOf(notice, request), notice });
      if (request.delivery !== undefined) await tx.settle(request.delivery, what);
    });
    asked.push({ what, with: words, request });
  };

  /** Who is to come into the room of an incident. */
  const invited = new Map<string, readonly string[]>();
  const desk: DeskInMemory = {
    incidents: new Map(),
    reviews: new Map(),
    charts: new Map(),
    reports: new Map(),
    actions: new Map(),
    asked,
    setupFailures: [],
    fault: undefined,
    breaks: undefined,
    answers: (words) => ({ kind: 'text', text: `You said: ${words}` }),

    look: async () => undefined,
    command: (words, request) =>
      note('command', [words], request, [{ kind: 'answer', to: request.to, answer: desk.answers(words) }]),
    async acknowledge(incident, request) {
      const view = desk.incidents.get(incident);
      const by = person(request.actor.kind === 'person' ? request.actor.id : 'nobody');
      if (view !== undefined) {
        const escalation = { stopped: { by, at: view.declaredAt + 120_000 }, told: [], exhausted: false };
        const intents = view.intents.filter((intent) => intent !== 'acknowledge');
        desk.incidents.set(incident, { ...view, escalation, intents });
      }
      await note('acknowledge', [incident], request, [{ kind: 'redraw-card', incident }]);
    },
    recheck: (incident, request) => note('recheck', [incident], request),
    takeRole: (incident, role, request) => note('takeRole', [incident, role], request),
    note: (incident, text, happenedAt, request) => note('note', [incident, text, happenedAt], request),
    pin: (incident, message, request) => note('pin', [incident, message], request),
    resolve: (incident, how, request) => note('resolve', [incident, how], request),
    reopen: (incident, reason, request) => note('reopen', [incident, reason], request),
    redraft: (incident, request) => note('redraft', [incident], request),
    acceptGap: (gap, request) => note('acceptGap', [gap], request),
    proposeAction: (incident, name, request) => note('proposeAction', [incident, name], request),
    proposeUndo: (action, request) => note('proposeUndo', [action], request),
    decideOn: (action, decision, request) => note('decideOn', [action, decision], request),
    timeline: async () => [],
    actionView: async (_incident, action) => desk.actions.get(action),
    whyNotRequest: async () => desk.fault,

    incidentView: async (id) => desk.incidents.get(id),
    reviewView: async (id) => desk.reviews.get(id),
    head: (stream) => store.head(stream),
    chart: async (evidence) => desk.charts.get(evidence),
    report: async (evidence) => desk.reports.get(evidence),
    whyNot: async () => {
      if (desk.breaks !== undefined) throw desk.breaks;
      return desk.fault;
    },
    async roomOpened(incident, room) {
      await desk.change(incident, { room });
      await desk.send({ kind: 'invite', incident, people: invited.get(incident) ?? [] });
    },
    async roomLost(incident, why, refs) {
      await store.transact(async (tx) => {
        await tx.setFaceRefs(incident, refs);
      });
      await desk.setupFailed(incident, 'channel', why);
      await desk.send({ kind: 'post-card', incident });
    },
    async setupFailed(incident, step, why) {
      desk.setupFailures.push({ incident, step, why });
      const view = desk.incidents.get(incident);
      if (view !== undefined) await desk.change(incident, { setupFailures: { ...view.setupFailures, [step]: why } });
    },

    async declare(view, people = []) {
      desk.incidents.set(view.id, view);
      const incident = view.id;
      invited.set(incident, people);
      await desk.send(
        { kind: 'open-room', incident },
        { kind: 'post-card', incident },
        { kind: 'announce', incident },
        { kind: 'pin-card', incident },
        { kind: 'set-topic', incident },
      );
    },
    async send(...notices) {
      await store.transact(async (tx) => {
        for (const notice of notices) await tx.send({ lane: laneOf(notice), notice });
      });
    },
    async change(id, by) {
      const view = desk.incidents.get(id);
      if (view === undefined) return;
      desk.incidents.set(id, { ...view, ...by });
      await desk.send({ kind: 'redraw-card', incident: id });
    },
  };
  return desk;
}

/** The lanes of the real desk: room and card in one; calls, invitations, evidence, answers each in their own. */
function laneOf(notice: Notice, request?: Request): string {
  switch (notice.kind) {
    case 'call':
    case 'invite':
      return `${notice.incident}:${notice.kind}`;
    case 'say':
    case 'evidence':
    case 'chart':
    case 'report':
      return `${notice.incident}:evidence`;
    case 'review':
      return notice.review;
    case 'review-chart':
      return `${notice.review}:charts`;
    case 'heads':
      return notice.head.stream;
    case 'answer':
      return `answer:${request?.delivery ?? notice.to.person}`;
    default:
      return notice.incident;
  }
}
