// The control panel: what is really so in the pretend company, and the switches of what goes wrong.

import { h } from './text.js';

/** Faults begin as if four minutes ago, so that five-minute rates show them at once. */
const agoSeconds = 240;

export function drawPanel(panel, world, perform) {
  const print = JSON.stringify([world.faults.map((fault) => fault.on), world.truth]);
  if (panel.print === print) return;
  panel.print = print;
  const open = new Set([...panel.querySelectorAll('details[open]')].map((one) => one.dataset.group));
  const groups = Map.groupBy(world.faults, (fault) => fault.group);
  panel.replaceChildren(
    h('h2', {}, 'What is really so'),
    h(
      'dl',
      {},
      truths(world.truth).flatMap(([name, value]) => [h('dt', {}, name), h('dd', {}, value)]),
    ),
    h('h2', {}, 'What goes wrong'),
    ...(groups.get('company') ?? []).map((fault) => toggle(fault, perform)),
    h(
      'label',
      {},
      h('input', { type: 'checkbox', onchange: (event) => perform({ kind: 'slack-down', on: event.target.checked }) }),
      'Slack is down',
    ),
    ...[...groups]
      .filter(([group]) => group !== 'company')
      .map(([group, faults]) =>
        h(
          'details',
          { 'data-group': group, open: open.has(group) || faults.some((fault) => fault.on) },
          h('summary', {}, `${group} on the wire`),
          faults.map((fault) => toggle(fault, perform)),
        ),
      ),
  );
}

function toggle(fault, perform) {
  return h(
    'label',
    { title: fault.description },
    h('input', {
      type: 'checkbox',
      'data-fault': fault.id,
      checked: fault.on,
      onchange: (event) =>
        perform({
          kind: 'fault',
          fault: fault.id,
          on: event.target.checked,
          agoSeconds: fault.group === 'company' ? agoSeconds : 0,
        }),
    }),
    fault.title,
  );
}

function truths(truth) {
  return [
    ['P99', `${truth.p99Ms.all} ms`],
    ['P99 agent bus', `${truth.p99Ms['acgs2-agent-bus'] ?? '?'} ms`],
    ['Requests', `${truth.rps.all} /s`],
    ['Errors', `${truth.errorPercent} %`],
    ['Cache hits', `${truth.hitRatePercent} %`],
    [
      'CPU',
      Object.values(truth.cpuPercent)
        .map((value) => `${Math.round(value)} %`)
        .join(' '),
    ],
    ['Redis keys', String(truth.redisKeys)],
    [
      'Agent bus replicas',
      `${truth.replicas['acgs2-agent-bus']?.ready ?? '?'} of ${truth.replicas['acgs2-agent-bus']?.wanted ?? '?'}`,
    ],
  ];
}
