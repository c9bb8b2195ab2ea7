// `/acgs …`: the words go to the desk as they were typed.

import type { Desk } from '../../response/desk.ts';
import { type Conversation, requestOf } from './conversation.ts';

export function commandConversation(desk: Desk): Conversation {
  return { command: (keyed) => desk.command(plainWords(keyed.ask.words), requestOf(keyed)) };
}

/**
 * With escaping on, Slack writes `<@U012|rita>`, `<#C012|ops>`, `<https://…>` and entities for what a person typed; this gives
 * back what they meant (https://docs.slack.dev/interactivity/implementing-slash-commands).
 */
export function plainWords(words: string): string {
  return words
    .replace(
      /<([@#])([A-Z0-9]+)(?:\|([^>]*))?>/g,
      (_all, sign: string, id: string, name?: string) => `${sign}${name || id}`,
    )
    .replace(/<((?:https?|mailto):[^|>]+)(?:\|[^>]*)?>/g, '$1')
    .replaceAll('&lt;', '<')
    .replaceAll('&gt;', '>')
    .replaceAll('&amp;', '&');
}
