// Untrusted text inside Markdown: shown as it is, never as structure, link, image or mention.

/** One line of text with everything escaped that Markdown or HTML could act on inside a line. It must not begin a line. */
export function plainInMarkdown(text: string): string {
  return text
    .replace(/[\p{Cc}\p{Cf}]+/gu, ' ')
    .replace(/[\\`*_{}[\]()<&#|~@]/g, (sign) => (sign === '<' ? '&lt;' : sign === '&' ? '&amp;' : `\\${sign}`))
    .trim();
}

/** A fenced block that its content cannot close. */
export function fenced(text: string, language = ''): string {
  const longest = Math.max(2, ...[...text.matchAll(/`+/g)].map((run) => run[0].length));
  const fence = '`'.repeat(longest + 1);
  return `${fence}${language}\n${text}\n${fence}`;
}
