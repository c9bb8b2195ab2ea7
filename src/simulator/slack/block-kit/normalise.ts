// What Slack adds to accepted blocks before it stores them: block ids, and the default flags of text objects.
import { isObject } from './schema.ts';

type SlackObject = { readonly [property: string]: unknown };

/** @param newId gives a fresh block id (Slack's have five characters) */
export function normaliseBlocks(blocks: readonly SlackObject[], newId: () => string): readonly SlackObject[] {
  return blocks.map((block) => {
    const filled = withTextFlags(block);
    return isObject(filled) && filled.block_id === undefined
      ? { ...filled, block_id: newId() }
      : (filled as SlackObject);
  });
}

function withTextFlags(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(withTextFlags);
  if (!isObject(value)) return value;
  const inner = Object.fromEntries(Object.entries(value).map(([name, child]) => [name, withTextFlags(child)]));
  if (value.type === 'plain_text') return { emoji: true, ...inner };
  if (value.type === 'mrkdwn') return { verbatim: false, ...inner };
  return inner;
}
