// Who did something: a person, the bot itself, or another system.

/** A person is known by the id their face gives them (a Slack user id, or `os:name` in the terminal). */
export type Actor =
  | { readonly kind: 'person'; readonly id: string }
  | { readonly kind: 'bot' }
  | { readonly kind: 'system'; readonly name: string };

/** Stands in the place of a person's id once it was erased. */
export const erasedPerson = 'erased';

export const theBot: Actor = { kind: 'bot' };

export function person(id: string): Actor {
  return { kind: 'person', id };
}

/** People at the terminal are known by the operating system, and by nobody in Slack. */
export function atTerminal(name: string): Actor {
  return person(`os:${name}`);
}

/** The name of somebody who sits at the terminal; undefined for all others. */
export function nameAtTerminal(actor: Actor): string | undefined {
  return actor.kind === 'person' && actor.id.startsWith('os:') ? actor.id.slice('os:'.length) : undefined;
}

/** The id of a person whom the chat can reach: nobody at the terminal, and no system. */
export function idInChat(actor: Actor): string | undefined {
  return actor.kind === 'person' && nameAtTerminal(actor) === undefined ? actor.id : undefined;
}

export function sameActor(a: Actor, b: Actor): boolean {
  if (a.kind === 'person') return b.kind === 'person' && a.id === b.id;
  if (a.kind === 'system') return b.kind === 'system' && a.name === b.name;
  return b.kind === 'bot';
}
