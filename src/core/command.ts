// The words of `/acgs …` and `acgs …`: one grammar for every face.

export type Command =
  | { readonly kind: 'help'; readonly unknown?: string; readonly suggestion?: string }
  | { readonly kind: 'health' }
  | { readonly kind: 'declare'; readonly runbook: string; readonly note?: string; readonly separate: boolean }
  | { readonly kind: 'list'; readonly all: boolean }
  | { readonly kind: 'show'; readonly incident: string }
  | { readonly kind: 'status' }
  /** `incident`: the one that was named; absent: the one of the place. */
  | { readonly kind: 'acknowledge' | 'checks'; readonly incident?: string }
  | { readonly kind: 'resolve'; readonly reason: string }
  | { readonly kind: 'note'; readonly text: string }
  | { readonly kind: 'oncall' }
  /** `action` is its id in the runbook; empty: which there are. */
  | { readonly kind: 'do'; readonly action: string }
  | { readonly kind: 'approve' | 'reject'; readonly action: string; readonly reason?: string }
  | { readonly kind: 'debts' };

/** What there is, in the order of help. Only what works is listed. */
export const commandTable: readonly { readonly word: string; readonly usage: string; readonly does: string }[] = [
  { word: 'health', usage: 'health', does: 'the daily health check, now' },
  { word: 'incident', usage: 'incident latency [note]', does: 'declares a latency incident and starts its runbook' },
  { word: 'list', usage: 'incident list [all]', does: 'the open incidents, or all of them' },
  { word: 'show', usage: 'incident show INC-1', does: 'one incident with its evidence' },
  { word: 'status', usage: 'status', does: 'the incident of this channel, or all open ones' },
  { word: 'ack', usage: 'ack', does: 'acknowledges the incident of this channel and stops the escalation clock' },
  { word: 'checks', usage: 'checks', does: 'asks all checks of this incident again' },
  { word: 'do', usage: 'do ACTION', does: 'previews an action of the runbook; nothing runs before it is confirmed' },
  { word: 'approve', usage: 'approve ID', does: 'approves an action that somebody else asked for' },
  { word: 'reject', usage: 'reject ID [reason]', does: 'rejects an action that waits or is about to run' },
  { word: 'debts', usage: 'debts', does: 'temporary changes that are still in place' },
  { word: 'timeline', usage: 'timeline add TEXT', does: 'puts a note in the record of this incident' },
  { word: 'resolve', usage: 'resolve REASON', does: 'resolves the incident of this channel and drafts the report' },
  { word: 'oncall', usage: 'oncall', does: 'who is on which level of the escalation ladder' },
  { word: 'help', usage: 'help', does: 'this list' },
];

const synonyms: Readonly<Record<string, string>> = {
  acknowledge: 'ack',
  check: 'checks',
  incidents: 'incident',
  '?': 'help',
  healthcheck: 'health',
};

/** Reads the words after the command name. Never fails: what it does not know becomes help with a suggestion. */
export function parseCommand(words: string): Command {
  const [typed = '', ...rest] = words.trim().split(/\s+/);
  const first = typed.toLowerCase();
  const word = synonyms[first] ?? first;
  const tail = words.trim().slice(typed.length).trim();
  switch (word) {
    case '':
    case 'help':
      return { kind: 'help' };
    case 'health':
      return { kind: 'health' };
    case 'incident':
      return parseIncident(rest, tail);
    case 'list':
      return { kind: 'list', all: rest[0]?.toLowerCase() === 'all' };
    case 'show':
      return rest[0] === undefined ? { kind: 'status' } : { kind: 'show', incident: incidentName(rest[0]) };
    case 'status':
      return rest[0] === undefined ? { kind: 'status' } : { kind: 'show', incident: incidentName(rest[0]) };
    case 'ack':
      return { kind: 'acknowledge', ...incidentIn(rest) };
    case 'checks':
      return { kind: 'checks', ...incidentIn(rest) };
    case 'resolve':
      return { kind: 'resolve', reason: tail };
    case 'timeline':
      return { kind: 'note', text: rest[0]?.toLowerCase() === 'add' ? tail.slice(3).trim() : tail };
    case 'oncall':
      return { kind: 'oncall' };
    case 'do':
      return { kind: 'do', action: rest[0] ?? '' };
    case 'approve':
    case 'reject': {
      const reason = tail.slice(rest[0]?.length ?? 0).trim();
      return { kind: word, action: rest[0] ?? '', ...(reason === '' ? {} : { reason }) };
    }
    case 'debts':
      return { kind: 'debts' };
    default:
      return unknown(
        typed,
        commandTable.map((entry) => entry.word),
      );
  }
}

function parseIncident(rest: readonly string[], tail: string): Command {
  const second = rest[0]?.toLowerCase();
  if (second === undefined || second === 'list') return { kind: 'list', all: rest[1]?.toLowerCase() === 'all' };
  if (second === 'show')
    return rest[1] === undefined ? { kind: 'status' } : { kind: 'show', incident: incidentName(rest[1]) };
  const separate = rest[1]?.toLowerCase() === 'separately';
  const note = tail
    .slice(rest[0]?.length ?? 0)
    .trim()
    .slice(separate ? 'separately'.length : 0)
    .trim();
  return { kind: 'declare', runbook: second, separate, ...(note === '' ? {} : { note }) };
}

function incidentIn([word]: readonly string[]): { readonly incident?: string } {
  return word !== undefined && /^(?:inc-)?\d+$/i.test(word) ? { incident: incidentName(word) } : {};
}

/** `42`, `inc-42` and `INC-42` are the same incident. */
export function incidentName(text: string): string {
  return /^\d+$/.test(text) ? `INC-${text}` : text.toUpperCase();
}

function unknown(typed: string, words: readonly string[]): Command {
  const suggestion = nearest(typed.toLowerCase(), words);
  return { kind: 'help', unknown: typed.slice(0, 80), ...(suggestion === undefined ? {} : { suggestion }) };
}

/** The known word within a third of its length in edits, or undefined. */
export function nearest(word: string, known: readonly string[]): string | undefined {
  const ranked = known
    .map((candidate) => ({ candidate, edits: editDistance(word.slice(0, 40), candidate) }))
    .sort((a, b) => a.edits - b.edits);
  const best = ranked[0];
  return best !== undefined && best.edits <= Math.max(1, Math.ceil(best.candidate.length / 3))
    ? best.candidate
    : undefined;
}

/** Damerau-Levenshtein on adjacent swaps: `lateny`, `hlep` and `healht` are all near. */
function editDistance(a: string, b: string): number {
  const rows: number[][] = [Array.from({ length: b.length + 1 }, (_, j) => j)];
  const at = (i: number, j: number) => rows[i]?.[j] ?? 0;
  for (let i = 1; i <= a.length; i++) {
    const row = [i];
    rows.push(row);
    for (let j = 1; j <= b.length; j++) {
      const cost = a[i - 1] === b[j - 1] ? 0 : 1;
      let best = Math.min(at(i - 1, j) + 1, at(i, j - 1) + 1, at(i - 1, j - 1) + cost);
      if (i > 1 && j > 1 && a[i - 1] === b[j - 2] && a[i - 2] === b[j - 1]) best = Math.min(best, at(i - 2, j - 2) + 1);
      row.push(best);
    }
  }
  return at(a.length, b.length);
}
