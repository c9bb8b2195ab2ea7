// The control panel: what is really so in the pretend company, and the switches of what goes wrong.

import { h } from './text.js';

/** Faults begin as if four minutes ago, so that five-minute rates show them at once. */
const agoSeconds = 240;

/** Built once and then kept up to date in place, so that the keyboard keeps its place and open groups stay open. */
export function drawPanel(panel, world, perform) {
  if (panel.childElementCount === 0) panel.append(...build(world, perform));
  for (const [name, value] of truths(world.truth)) {
    const shown = panel.querySelector(`[data-truth="${name}"]`);
    if (shown.textContent !== value) shown.textContent = value;
  }
  for (const fault of [...world.faults, { id: 'slack-down', on: world.slackDown }]) {
    const box = panel.querySelector(`[data-fault="${fault.id}"]`);
    if (box.isBusy || box.checked === fault.on) continue;
    box.checked = fault.on;
    if (fault.on) box.closest('details')?.setAttribute('open', '');
  }
}

function build(world, perform) {
  const groups = Map.groupBy(world.faults, (fault) => fault.group);
  const toggles = (faults) =>
    faults.map((fault) =>
      toggle(fault, (on) =>
        perform({ kind: 'fault', fault: fault.id, on, agoSeconds: fault.group === 'company' ? agoSeconds : 0 }),
      ),
    );
  const slackDown = {
    id: 'slack-down',
    title: 'Slack is down',
    description: 'Every call of the bot to Slack is cut off.',
  };
  return [
    h('h2', {}, 'What is really so'),
    h(
      'dl',
      {},
      truths(world.truth).flatMap(([name, value]) => [h('dt', {}, name), h('dd', { 'data-truth': name }, value)]),
    ),
    h('h2', {}, 'What goes wrong'),
    ...toggles(groups.get('company') ?? []),
    toggle(slackDown, (on) => perform({ kind: 'slack-down', on })),
    ...[...groups]
      .filter(([group]) => group !== 'company')
      .map(([group, faults]) => h('details', {}, h('summary', {}, `${group} on the wire`), toggles(faults))),
  ];
}

function toggle({ id, title, description }, onSwitch) {
  const box = h('input', { type: 'checkbox', 'data-fault': id });
  box.addEventListener('change', async () => {
    // Until the company has heard of it, older news must not switch it back.
    box.isBusy = true;
    await onSwitch(box.checked);
    box.isBusy = false;
  });
  return h(
    'label',
    { class: 'fault', title: description },
    box,
    h('span', {}, title, h('span', { class: 'description' }, description)),
  );
}

function truths(truth) {
  const bus = truth.replicas['acgs2-agent-bus'];
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
    ['Agent bus replicas', `${bus?.ready ?? '?'} of ${bus?.wanted ?? '?'}`],
  ];
}
