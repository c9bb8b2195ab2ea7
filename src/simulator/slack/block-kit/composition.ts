// Composition objects of Block Kit: texts, options, confirmations, files (https://docs.slack.dev/reference/block-kit/composition-objects).
import { choice, exactlyOne, flag, list, object, type Rule, text, variants } from './schema.ts';

const plainBody = (max: number): Rule => object({ text: text(max) }, { emoji: flag });
const mrkdwnBody = (max: number): Rule => object({ text: text(max) }, { verbatim: flag });

export const plainText = (max: number): Rule => variants({ plain_text: plainBody(max) });
export const anyText = (max: number): Rule => variants({ plain_text: plainBody(max), mrkdwn: mrkdwnBody(max) }, true);

export const actionId = text(255);
export const placeholder = plainText(150);

/** The docs and SDKs give 150 for an option's value, one package's comment 75; the docs win. */
const optionBody = (label: Rule, more: { readonly [property: string]: Rule } = {}): Rule =>
  object({ text: label, value: text(150) }, { description: label, ...more });

export const option = optionBody(plainText(75));
export const richOption = optionBody(anyText(75));
export const overflowOption = optionBody(plainText(75), { url: text(3000) });
export const optionGroup = object({ label: plainText(75), options: list(option, 1, 100) });

export const confirmation = object(
  { title: plainText(100), text: anyText(300), confirm: plainText(30), deny: plainText(30) },
  { style: choice('primary', 'danger') },
);

export const dispatchActionConfig = object(
  {},
  { trigger_actions_on: list(choice('on_enter_pressed', 'on_character_entered'), 1, 2) },
);

export const conversationFilter = object(
  {},
  {
    include: list(choice('im', 'mpim', 'private', 'public'), 1, 4),
    exclude_external_shared_channels: flag,
    exclude_bot_users: flag,
  },
  (value, pointer) =>
    Object.keys(value).length > 0 ? [] : [{ pointer, message: 'must provide at least 1 properties' }],
);

export const slackFile = object({}, { id: text(255), url: text(3000) }, exactlyOne('id', 'url'));

export const feedbackButton = object({ text: plainText(75), value: text(2000) }, { accessibility_label: text(75) });
