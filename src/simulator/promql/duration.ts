// Prometheus durations: `5m`, `1h30m`, `1500ms`.

const MS_PER_UNIT = { y: 31_536_000_000, w: 604_800_000, d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000, ms: 1 };
const DURATION = /^(?:(\d+)y)?(?:(\d+)w)?(?:(\d+)d)?(?:(\d+)h)?(?:(\d+)m)?(?:(\d+)s)?(?:(\d+)ms)?$/;

/** Milliseconds of a duration with its units from large to small; `undefined` when `text` is no such duration. */
export function parseDuration(text: string): number | undefined {
  const parts = DURATION.exec(text)?.slice(1);
  if (parts === undefined || text === '') return undefined;
  return Object.values(MS_PER_UNIT).reduce((sum, unitMs, index) => sum + Number(parts[index] ?? 0) * unitMs, 0);
}
