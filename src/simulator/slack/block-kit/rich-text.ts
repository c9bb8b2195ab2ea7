// The rich_text block: sections, lists, quotes, preformatted text and their leaves.
import { choice, flag, list, object, type Rule, text, variants, whole } from './schema.ts';

const style = object(
  {},
  {
    bold: flag,
    italic: flag,
    strike: flag,
    underline: flag,
    code: flag,
    highlight: flag,
    client_highlight: flag,
    unlink: flag,
  },
);

const plainLeaves = {
  text: object({ text: text(3000) }, { style }),
  link: object({ url: text(3000) }, { text: text(3000), unsafe: flag, style }),
};

const leaves: Rule = variants({
  ...plainLeaves,
  user: object({ user_id: text(255) }, { style }),
  usergroup: object({ usergroup_id: text(255) }, { style }),
  team: object({ team_id: text(255) }, { style }),
  channel: object({ channel_id: text(255) }, { style }),
  emoji: object({ name: text(255) }, { unicode: text(255), skin_tone: whole(1, 6), style }),
  broadcast: object({ range: choice('here', 'channel', 'everyone') }, { style }),
  color: object({ value: text(255) }, { style }),
  date: object(
    { timestamp: whole(0, 9_999_999_999), format: text(255) },
    { url: text(3000), fallback: text(3000), style },
  ),
});

const section = object({ elements: list(leaves, 0, 3000) });

const richElements: Rule = variants({
  rich_text_section: section,
  rich_text_list: object(
    { style: choice('bullet', 'ordered'), elements: list(variants({ rich_text_section: section }), 1, 3000) },
    { indent: whole(0, 8), offset: whole(0, 9999), border: choice(0, 1) },
  ),
  rich_text_preformatted: object(
    { elements: list(variants(plainLeaves), 0, 3000) },
    { border: choice(0, 1), language: text(255) },
  ),
  rich_text_quote: object({ elements: list(leaves, 0, 3000) }, { border: choice(0, 1) }),
});

export const richTextBody = object({ elements: list(richElements, 0, 3000) }, { block_id: text(255) });
export const richTextValue: Rule = variants({ rich_text: richTextBody });
