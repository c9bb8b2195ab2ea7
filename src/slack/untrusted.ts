// Text from outside made harmless before it reaches Slack: notes, labels, log lines, names.

/**
 * Removes what a reader cannot see but a screen obeys: control characters, direction marks, zero-width and private-use
 * characters, lone surrogates. Line breaks stay, tabs become spaces. Harmless in `plain_text` and rich_text text leaves.
 */
export function clean(text: string): string {
  return text
    .replace(/\r\n?|[\u2028\u2029]/gu, '\n')
    .replaceAll('\t', ' ')
    .replace(/(?!\n)[\p{Cc}\p{Cf}\p{Co}\p{Cs}]/gu, '');
}

/** The same on one line. */
export function oneLine(text: string): string {
  return clean(text).replace(/\s+/gu, ' ').trim();
}

/**
 * For a message's top-level text: cleaned, and Slack's three special characters as entities, so that no mention and no
 * link can arise (https://docs.slack.dev/messaging/formatting-message-text#escaping). Formatting marks stay: use it only
 * where Slack does not format, that is beside blocks or with `mrkdwn: false`.
 */
export function escapeText(text: string): string {
  return clean(text).replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;');
}

/** For the few places where Slack formats always (the comment of a file): escaped, and no mark can format. */
export function escapeFormatted(text: string): string {
  return escapeText(text).replace(/[*_~`]/g, (mark) => `\u200B${mark}\u200B`);
}
