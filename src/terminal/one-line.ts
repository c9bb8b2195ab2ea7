// Text that somebody else wrote, on its way to a terminal, which would act on control characters.

/** On one line, without control and direction marks, cut with a count of what was cut. */
export function oneLine(text: string, limit = 200): string {
  const line = text.replace(/[\p{Cc}\p{Cf}\s]+/gu, ' ').trim();
  return line.length > limit ? `${line.slice(0, limit)}… and ${line.length - limit} more characters` : line;
}
