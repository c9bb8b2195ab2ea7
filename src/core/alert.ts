// An alert as Alertmanager tells it, and the words with which a runbook names the alerts that it answers. All texts are untrusted.

export interface Alert {
  /** Alertmanager's key of the label set: the same alert has the same one in every group and through every receiver. */
  readonly fingerprint: string;
  readonly name: string;
  readonly status: 'firing' | 'resolved';
  readonly labels: Readonly<Record<string, string>>;
  /** The annotation `summary`. */
  readonly summary?: string;
  /** Epoch ms. Together with the fingerprint it names one firing: an alert that comes back has a later one. */
  readonly startsAt: number;
  /** Absent while it fires. */
  readonly endsAt?: number;
}

/** What a label must be: this text, one of these, or there at all (true) or not there (false). */
export type LabelMatch = string | readonly string[] | boolean;

/** The name alone says too little: ACGS-2 ships four alerts that are called HighErrorRate, with two severities and two units. */
export interface AlertMatch {
  readonly alert: string;
  readonly labels: Readonly<Record<string, LabelMatch>>;
}

export interface AlertRule extends AlertMatch {
  /** `shadow`: it is only recorded that it would have opened an incident. */
  readonly opens: 'shadow' | 'yes';
}

/** Known noise: counted, and nothing else. */
export interface MutedAlert extends AlertMatch {
  readonly because: string;
}

export function matches({ alert: name, labels }: AlertMatch, alert: Alert): boolean {
  return (
    name === alert.name && Object.entries(labels).every(([label, wanted]) => isWanted(alert.labels[label], wanted))
  );
}

function isWanted(value: string | undefined, wanted: LabelMatch): boolean {
  // For Prometheus an empty label is one that is not there.
  const present = value !== undefined && value !== '';
  if (typeof wanted === 'boolean') return present === wanted;
  return present && (typeof wanted === 'string' ? value === wanted : wanted.includes(value));
}

/** `CriticalP99Latency {service="agent-bus", severity="critical"} · P99 is high`: to be quoted as data, never formatted. */
export function spellAlert({ name, labels, summary }: Pick<Alert, 'name' | 'labels' | 'summary'>): string {
  const told = Object.entries(labels).filter(([label]) => label !== 'alertname');
  const braces = told.length === 0 ? '' : ` {${told.map(([label, value]) => `${label}="${value}"`).join(', ')}}`;
  return `${name}${braces}${summary === undefined ? '' : ` · ${summary}`}`;
}
