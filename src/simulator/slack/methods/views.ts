// views.*: opening, pushing, updating modals and publishing home tabs.
import { type Args, accept, invalidArguments, type Method, refuse, textArg } from '../answers.ts';
import type { SlackObject } from '../records.ts';
import type { WorkspaceState } from '../state.ts';
import { takeTrigger } from '../tickets.ts';
import { apiView, maxStack, openView, publishHome, replaceView, viewFault } from '../views.ts';

const asSource = (args: Args): SlackObject => args.view as SlackObject;

const open: Method = (args, state) => {
  const fault = viewFault(state, args.view) ?? wrongType(args, 'modal');
  if (fault) return fault;
  const taken = trigger(args, state);
  if (taken.kind === 'refused') return refuse(taken.error);
  return accept({ view: apiView(state, openView(state, taken.trigger.user, asSource(args), true)) });
};

const push: Method = (args, state) => {
  const fault = viewFault(state, args.view);
  if (fault) return fault;
  if (asSource(args).type !== 'modal') {
    const message = "must match the `type` of the root view whose stack we're pushing onto";
    return invalidArguments([{ pointer: '/view/type', message }]);
  }
  const taken = trigger(args, state);
  if (taken.kind === 'refused') return refuse(taken.error);
  const { user, viewId } = taken.trigger;
  const stack = state.stacks.get(user) ?? [];
  if (viewId === undefined || !stack.includes(viewId)) return refuse('not_found');
  if (stack.length >= maxStack) return refuse('push_limit_reached');
  return accept({ view: apiView(state, openView(state, user, asSource(args), false)) });
};

const update: Method = (args, state) => {
  const [id, externalId] = [textArg(args, 'view_id'), textArg(args, 'external_id')];
  const old = [...state.views.values()].find((view) =>
    id === undefined ? externalId !== undefined && view.externalId === externalId : view.id === id,
  );
  if (!old) return refuse('not_found');
  const fault = viewFault(state, args.view, old.id) ?? wrongType(args, old.type);
  if (fault) return fault;
  if (args.hash !== undefined && args.hash !== old.hash) return refuse('hash_conflict');
  return accept({ view: apiView(state, replaceView(state, old, asSource(args))) });
};

const publish: Method = (args, state) => {
  const user = textArg(args, 'user_id') ?? '';
  if (!state.people.has(user)) return invalidArguments(['invalid `user_id`']);
  const id = state.homes.get(user);
  const fault = viewFault(state, args.view, id) ?? wrongType(args, 'home');
  if (fault) return fault;
  const old = id === undefined ? undefined : state.views.get(id);
  if (args.hash !== undefined && old && args.hash !== old.hash) return refuse('hash_conflict');
  return accept({ view: apiView(state, publishHome(state, user, asSource(args))) });
};

export const viewMethods = {
  'views.open': open,
  'views.push': push,
  'views.update': update,
  'views.publish': publish,
};

function trigger(args: Args, state: WorkspaceState) {
  return takeTrigger(state, args.trigger_id ?? args.interactivity_pointer);
}

function wrongType(args: Args, wanted: 'modal' | 'home') {
  const type = asSource(args).type;
  if (type === wanted) return undefined;
  return invalidArguments([{ pointer: '/view/type', message: `unsupported type: ${String(type)}` }]);
}
