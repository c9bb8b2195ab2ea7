// The true state of the pretend company in words, with units.

/** @returns [{name, value}], the same names in the same order every time */
export function truths(truth) {
  const services = Object.entries(truth.replicas);
  const rows = [
    ['P99 latency', `${truth.p99Ms.all} ms`],
    ['P99 agent bus', `${truth.p99Ms['acgs2-agent-bus'] ?? '?'} ms`],
    ['Requests', `${Math.round(truth.rps.all)} /s`],
    ['Errors', `${truth.errorPercent} %`],
    ['Cache hit rate', `${truth.hitRatePercent} %`],
    ['CPU by node', `${Object.values(truth.cpuPercent).map(Math.round).join(' · ')} %`],
    ['Redis keys', String(truth.redisKeys)],
    ['Lost state', truth.lostState.length === 0 ? 'none' : truth.lostState.join(', ')],
    ...services.map(([name, { ready, wanted }]) => [`Ready ${name.replace(/^acgs2-/, '')}`, `${ready} of ${wanted}`]),
  ];
  return rows.map(([name, value]) => ({ name, value }));
}
