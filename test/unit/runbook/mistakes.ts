// One mistake of every kind that an author can make, each in an otherwise right package.

import type { rightFiles } from './package.ts';

interface Mistake {
  readonly what: string;
  readonly file: keyof typeof rightFiles;
  readonly from: string;
  readonly to: string;
  /** The text of the changed file at which the fault must stand. */
  readonly at: string;
  readonly path: string;
  readonly message: RegExp;
  readonly remedy: RegExp;
}

export const mistakes: readonly Mistake[] = [
  {
    what: 'an unknown key, with the key that was meant',
    ...{ file: 'queries.yml', from: 'budget: 2s', to: 'budgte: 2s', at: 'budgte' },
    ...{ path: 'queries.clients.budgte', message: /Unknown key `budgte`/, remedy: /`budget`/ },
  },
  {
    what: 'an unknown key that resembles none, with the keys that exist',
    ...{ file: 'queries.yml', from: 'budget: 2s', to: 'xyzzy: 2s', at: 'xyzzy' },
    ...{ path: 'queries.clients.xyzzy', message: /Unknown key/, remedy: /`title`, `uses`/ },
  },
  {
    what: 'a missing key',
    ...{ file: 'latency.yml', from: 'headline: p99\n', to: '', at: 'kind: procedure' },
    ...{ path: 'headline', message: /`headline` is missing/, remedy: /a text/ },
  },
  {
    what: 'a wrong type',
    ...{ file: 'latency.yml', from: 'aliases: [slow]', to: 'aliases: slow', at: 'slow' },
    ...{ path: 'aliases', message: /must be a list, not `slow`/, remedy: /a list/ },
  },
  {
    what: 'a sentence that YAML reads as a mapping',
    ...{
      file: 'latency.yml',
      from: '< 85\n        says: "{hit-rate}"',
      to: '< 85\n        says: {hit-rate}',
      at: '{hit-rate}',
    },
    ...{ path: 'hypotheses.cache.for.0.says', message: /a text, not a mapping/, remedy: /quotes/ },
  },
  {
    what: 'a word that is not one of the allowed, with the one that was meant',
    ...{ file: 'latency.yml', from: 'severity: critical\n', to: 'severity: critcal\n', at: 'critcal' },
    ...{ path: 'severity', message: /`critcal` is not allowed/, remedy: /`critical`/ },
  },
  {
    what: 'an unknown unit',
    ...{ file: 'queries.yml', from: 'unit: ms', to: 'unit: fortnight', at: 'fortnight' },
    ...{ path: 'queries.p99.unit', message: /`fortnight`/, remedy: /`rps`/ },
  },
  {
    what: 'a number without its unit where a duration is asked for',
    ...{ file: 'latency.yml', from: 'every: 5s', to: 'every: 5', at: '5\n  samples' },
    ...{ path: 'recovery.every', message: /not a duration/, remedy: /30s/ },
  },
  {
    what: 'a duration that is none',
    ...{ file: 'queries.yml', from: 'budget: 2s', to: 'budget: soon', at: 'soon' },
    ...{ path: 'queries.clients.budget', message: /not a duration/, remedy: /30s/ },
  },
  {
    what: 'a limit with two directions',
    ...{ file: 'queries.yml', from: 'above: 4,', to: 'above: 4, below: 2,', at: '{ level: warning' },
    ...{ path: 'queries.p99.limits.0', message: /one direction/, remedy: /either `above` or `below`/ },
  },
  {
    what: 'a limit without a source',
    ...{ file: 'queries.yml', from: 'above: 5, source: runbook', to: 'above: 5', at: '{ level: critical' },
    ...{ path: 'queries.p99.limits.1.source', message: /`source` is missing/, remedy: /Add it/ },
  },
  {
    what: 'a warning that comes after the critical limit',
    ...{ file: 'queries.yml', from: 'above: 4', to: 'above: 6', at: '{ level: warning' },
    ...{ path: 'queries.p99.limits.0', message: /only after the critical/, remedy: /Exchange/ },
  },
  {
    what: 'a name with letters that names do not have',
    ...{ file: 'queries.yml', from: '  clients:', to: '  Redis_Clients:', at: 'Redis_Clients' },
    ...{ path: 'queries.Redis_Clients', message: /small letters/, remedy: /`cache-hit-rate`/ },
  },
  {
    what: 'a check that is no `system.kind`',
    ...{ file: 'queries.yml', from: 'redis.clients', to: 'clients of redis', at: 'clients of redis' },
    ...{ path: 'queries.clients.uses', message: /not `system.kind`/, remedy: /`prometheus.latency`/ },
  },
  {
    what: 'a system that does not exist',
    ...{ file: 'queries.yml', from: 'redis.clients', to: 'reddis.clients', at: 'reddis' },
    ...{ path: 'queries.clients.uses', message: /no system `reddis`/, remedy: /lists the kinds/ },
  },
  {
    what: 'a kind of check that its system does not have',
    ...{ file: 'queries.yml', from: 'redis.clients', to: 'redis.customers', at: 'redis.customers' },
    ...{ path: 'queries.clients.uses', message: /`redis` has no check `customers`/, remedy: /lists the kinds/ },
  },
  {
    what: 'a kind of action that its system does not have',
    ...{ file: 'latency.yml', from: 'redis.unlink-prefixes', to: 'redis.clients', at: 'redis.clients' },
    ...{ path: 'phases.mitigate.0.actions.0.uses', message: /`redis` has no action `clients`/, remedy: /actions/ },
  },
  {
    what: 'a parameter that the kind refuses',
    ...{ file: 'queries.yml', from: 'quantile: 0.99', to: 'quantile: 99', at: '99,' },
    ...{ path: 'queries.p99.with.quantile', message: /expected number to be <1/, remedy: /`prometheus.latency`/ },
  },
  {
    what: 'a parameter of an action that the kind refuses',
    ...{ file: 'latency.yml', from: 'prefixes: ["a:"]', to: 'prefixes: []', at: '[] }' },
    ...{ path: 'phases.mitigate.0.actions.0.with.prefixes', message: /./, remedy: /`redis.unlink-prefixes`/ },
  },
  {
    what: 'a parameter that is wrong only in the place that changes it',
    ...{
      file: 'latency.yml',
      from: '        - p99\n',
      to: '        - query: p99\n          with: { top: -1 }\n',
      at: '-1',
    },
    ...{ path: 'phases.verify.0.checks.0.with.top', message: /./, remedy: /`prometheus.latency`/ },
  },
  {
    what: 'a query that does not exist, with the one that was meant',
    ...{ file: 'latency.yml', from: '        - hit-rate', to: '        - hit-rat', at: 'hit-rat' },
    ...{ path: 'phases.investigate.0.checks.0', message: /no query `hit-rat`/, remedy: /`hit-rate`/ },
  },
  {
    what: 'a query of a review that does not exist',
    ...{ file: 'reviews.yml', from: 'clients', to: 'servers', at: 'servers' },
    ...{ path: 'reviews.health.checks.1', message: /no query `servers`/, remedy: /Known: p99, hit-rate, clients/ },
  },
  {
    what: 'a time of day that there is not',
    ...{ file: 'reviews.yml', from: '    title: Health', to: '    daily: "25:00"\n    title: Health', at: '25:00' },
    ...{ path: 'reviews.health.daily', message: /time of day/, remedy: /"09:00"/ },
  },
  {
    what: 'a check that stands in a procedure twice',
    ...{ file: 'latency.yml', from: '        - clients', to: '        - p99', at: 'p99\n  mitigate' },
    ...{ path: 'phases.investigate.0.checks.1', message: /twice/, remedy: /`id` of its own/ },
  },
  {
    what: 'an action that stands in a procedure twice',
    file: 'latency.yml',
    from: '          with: { prefixes: ["a:"] }\n',
    to: '          with: { prefixes: ["a:"] }\n        - { id: clear, title: T, risk: safe, uses: redis.flushdb }\n',
    at: 'clear, title',
    ...{ path: 'phases.mitigate.0.actions.1.id', message: /twice/, remedy: /another `id`/ },
  },
  {
    what: 'an action outside of mitigation',
    file: 'latency.yml',
    from: '      says: [Acknowledge the page.]\n',
    to: '      actions: [{ id: flush, title: T, risk: safe, uses: redis.flushdb }]\n',
    at: '[{ id: flush',
    ...{ path: 'phases.acknowledge.0.actions', message: /`mitigate` only/, remedy: /Move/ },
  },
  {
    what: 'a step that is empty',
    ...{ file: 'latency.yml', from: '      says: [Acknowledge the page.]\n', to: '', at: 'step: 1' },
    ...{ path: 'phases.acknowledge.0', message: /neither checks, offers nor says/, remedy: /`says`/ },
  },
  {
    what: 'a headline that is no check of the procedure',
    ...{ file: 'latency.yml', from: 'headline: p99', to: 'headline: p98', at: 'p98' },
    ...{ path: 'headline', message: /no check `p98`/, remedy: /`p99`/ },
  },
  {
    what: 'an action that helps against nothing known',
    ...{ file: 'latency.yml', from: 'helps: cache', to: 'helps: cach', at: 'cach\n' },
    ...{ path: 'phases.mitigate.0.actions.0.helps', message: /no hypothesis `cach`/, remedy: /`cache`/ },
  },
  {
    what: 'a hypothesis that nothing can support',
    file: 'latency.yml',
    from: '    for:\n      - when: checks["hit-rate"].value < 85\n        says: "{hit-rate}"\n',
    to: '    for: []\n',
    at: '[]\n',
    ...{ path: 'hypotheses.cache.for', message: /Nothing can ever support/, remedy: /at least one condition/ },
  },
  {
    what: 'a need that is no check',
    ...{ file: 'latency.yml', from: 'needs: [hit-rate]', to: 'needs: [rate]', at: 'rate]' },
    ...{ path: 'hypotheses.cache.needs.0', message: /no check `rate`/, remedy: /Known: p99, hit-rate, clients/ },
  },
  {
    what: 'a sentence that mentions an unknown check, at the mention',
    ...{
      file: 'latency.yml',
      from: '>= 85\n        says: "{hit-rate}"',
      to: '>= 85\n        says: "rate {hits}"',
      at: 'hits}',
    },
    ...{ path: 'hypotheses.cache.against.0.says', message: /no check `hits`/, remedy: /Known/ },
  },
  {
    what: 'a condition that asks an unknown check, at its name',
    ...{
      file: 'latency.yml',
      from: 'checks["hit-rate"].value < 85',
      to: '1 < 2 && checks["hit-rat"].value < 85',
      at: 'checks["hit-rat"]',
    },
    ...{ path: 'hypotheses.cache.for.0.when', message: /no check `hit-rat`/, remedy: /`hit-rate`/ },
  },
  {
    what: 'a condition that asks a field that checks do not have, at the field',
    ...{ file: 'latency.yml', from: '.value < 85', to: '.vale < 85', at: 'vale' },
    ...{ path: 'hypotheses.cache.for.0.when', message: /No such key: vale/, remedy: /`value`/ },
  },
  {
    what: 'a condition that is no expression, at the place where it breaks',
    ...{ file: 'latency.yml', from: '.value < 85', to: '.value < < 85', at: '< 85\n        says' },
    ...{ path: 'hypotheses.cache.for.0.when', message: /Unexpected token/, remedy: /runbook-language/ },
  },
  {
    what: 'a condition that is a number',
    ...{
      file: 'latency.yml',
      from: 'checks["hit-rate"].value < 85',
      to: 'checks["hit-rate"].value + 85.0',
      at: 'checks["hit-rate"].value + 85',
    },
    ...{ path: 'hypotheses.cache.for.0.when', message: /gives double/, remedy: /Compare/ },
  },
  {
    what: 'a recovery watch over a check without limits',
    ...{ file: 'latency.yml', from: 'check: p99', to: 'check: clients', at: 'clients\n  every' },
    ...{ path: 'recovery.check', message: /no limits/, remedy: /Give it limits/ },
  },
  {
    what: 'a procedure with a name that the command uses itself',
    ...{ file: 'latency.yml', from: 'name: latency', to: 'name: list', at: 'list' },
    ...{ path: 'name', message: /`incident list` means something else/, remedy: /another word/ },
  },
  {
    what: 'an alias that is taken',
    ...{ file: 'latency.yml', from: 'aliases: [slow]', to: 'aliases: [latency]', at: 'latency]' },
    ...{ path: 'aliases.0', message: /`latency` already/, remedy: /another name/ },
  },
  {
    what: 'a kind of file that does not exist, with the one that was meant',
    ...{ file: 'reviews.yml', from: 'kind: reviews', to: 'kind: review', at: 'review' },
    ...{ path: 'kind', message: /`review` is no kind/, remedy: /`kind: reviews`/ },
  },
  {
    what: 'a file that does not say its kind',
    ...{ file: 'reviews.yml', from: 'kind: reviews\n', to: '', at: 'reviews:' },
    ...{ path: 'kind', message: /does not say its kind/, remedy: /`queries`, `procedure`, `reviews`/ },
  },
  {
    what: 'a tab as indentation',
    ...{ file: 'reviews.yml', from: '    title: Health', to: '\ttitle: Health', at: '\ttitle' },
    ...{ path: '', message: /not valid YAML/, remedy: /spaces/ },
  },
  {
    what: 'a key that stands twice',
    ...{
      file: 'reviews.yml',
      from: '    title: Health',
      to: '    title: Health\n    title: Again',
      at: 'title: Again',
    },
    ...{ path: '', message: /not valid YAML/, remedy: /Remove one/ },
  },
  {
    what: 'a second document in one file',
    ...{ file: 'reviews.yml', from: '[p99, clients]\n', to: '[p99, clients]\n---\nkind: reviews\n', at: '---' },
    ...{ path: '', message: /not valid YAML/, remedy: /file of its own/ },
  },
  {
    what: 'an alert that opens something else than incidents',
    ...{ file: 'latency.yml', from: 'opens: yes', to: 'opens: yess', at: 'yess' },
    ...{ path: 'alerts.1.opens', message: /`yess` is not allowed/, remedy: /`yes`/ },
  },
  {
    what: 'a label of an alert that is no label',
    ...{ file: 'latency.yml', from: '{ severity: critical,', to: '{ sev-erity: critical,', at: 'sev-erity' },
    ...{ path: 'alerts.1.labels.sev-erity', message: /not the name of a label/, remedy: /`severity`/ },
  },
  {
    what: 'a label that must be something impossible',
    ...{ file: 'latency.yml', from: 'severity: critical, component', to: 'severity: 5, component', at: '5, component' },
    ...{ path: 'alerts.1.labels.severity', message: /says nothing about a label/, remedy: /a list of values/ },
  },
  {
    what: 'an alert that stands in the runbooks twice',
    ...{ file: 'latency.yml', from: '  - alert: Slow', to: '  - P99High\n  - alert: Slow', at: 'P99High\n  - alert' },
    ...{ path: 'alerts.1', message: /a second time/, remedy: /by their labels/ },
  },
  {
    what: 'an alert that is answered and muted',
    ...{
      file: 'alerts.yml',
      from: 'alert: Slow\n    labels: { severity: critical, component: false }',
      to: 'alert: Slow',
      at: 'alert: Slow',
    },
    ...{ path: 'mute.0', message: /answers `Slow`, and here it is muted/, remedy: /labels of the noise/ },
  },
  {
    what: 'a muted alert without a reason',
    ...{ file: 'alerts.yml', from: '\n    because: it never ends', to: '', at: 'alert: Slow' },
    ...{ path: 'mute.0.because', message: /`because` is missing/, remedy: /Add it/ },
  },
];
