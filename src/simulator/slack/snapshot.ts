// All that the page of one person shows, as JSON: channels, messages, ephemeral messages, views, people.
import { shownChannel } from './channels.ts';
import type { PretendMessage } from './records.ts';
import { personNamed, type WorkspaceState } from './state.ts';

/** Public channels and the person's private ones, each with its messages; replies stand among them with `threadTs`. */
export function snapshotFor(state: WorkspaceState, user: string): object {
  const me = personNamed(state, user);
  const visible = [...state.channels.values()].filter((one) => !one.isPrivate || one.members.has(me.id));
  const home = state.views.get(state.homes.get(me.id) ?? '');
  return {
    team: state.team,
    bot: { id: state.app.botUserId, name: state.app.name },
    me,
    people: [...state.people.values()],
    groups: [...state.groups.values()],
    channels: visible.map((record) => {
      const channel = shownChannel(record);
      return { ...channel, isMember: record.members.has(me.id), messages: channel.messages.map(withFiles(state)) };
    }),
    ephemerals: state.ephemerals.filter((one) => one.ephemeralFor === me.id).map(withFiles(state)),
    views: (state.stacks.get(me.id) ?? []).flatMap((id) => state.views.get(id) ?? []),
    home: home ?? null,
    files: [...state.files.values()].filter((one) => one.completed).map((one) => one.file),
    canvases: [...state.canvases.values()],
    findings: [...state.findings],
  };
}

/** Files as objects instead of ids. */
function withFiles(state: WorkspaceState) {
  return (message: PretendMessage): object => ({
    ...message,
    files: message.files.map((id) => state.files.get(id)?.file ?? { id, name: 'deleted file' }),
  });
}
