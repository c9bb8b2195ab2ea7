// api.test, auth.test, team.info, bots.info and blocks.validate: methods about the workspace, the token and Block Kit itself.
import { accept, invalidArguments, type Method, refuse, textArg } from '../answers.ts';
import { validateMessageBlocks, validateView } from '../block-kit/validate.ts';
import { imagesOf } from '../content.ts';

const apiTest: Method = (args) => {
  const error = textArg(args, 'error');
  return error ? refuse(error, { args }) : accept({ args });
};

const authTest: Method = (_args, state) =>
  accept({
    url: `${state.url}/`,
    team: state.team.name,
    user: state.app.name,
    team_id: state.team.id,
    user_id: state.app.botUserId,
    bot_id: state.app.botId,
    is_enterprise_install: false,
  });

const teamInfo: Method = (_args, state) =>
  accept({ team: { id: state.team.id, name: state.team.name, domain: state.team.domain, url: `${state.url}/` } });

const botsInfo: Method = (args, state) => {
  const { id, botId, botUserId, name } = state.app;
  if (textArg(args, 'bot') !== botId) return refuse('bot_not_found');
  return accept({ bot: { id: botId, app_id: id, user_id: botUserId, name, deleted: false } });
};

/** Slack's own oracle of Block Kit; here it gives what this validator would refuse. */
const blocksValidate: Method = (args, state) => {
  const given = ['blocks', 'view', 'message'].filter((name) => args[name] !== undefined);
  if (given.length !== 1) return invalidArguments(['must provide exactly one of `blocks`, `view`, or `message`']);
  const message = args.message as { readonly blocks?: unknown } | undefined;
  const found =
    args.view === undefined
      ? validateMessageBlocks(args.blocks ?? message?.blocks ?? [], imagesOf(state))
      : validateView(args.view, imagesOf(state));
  if (found.length === 0) return accept();
  const errors = found.map((one) => ({ pointer: one.pointer.replace(/^\/(blocks|view)/, ''), message: one.message }));
  return refuse(args.view === undefined ? 'invalid_blocks' : 'invalid_view', { errors });
};

export const workspaceInfoMethods = {
  'api.test': apiTest,
  'auth.test': authTest,
  'team.info': teamInfo,
  'bots.info': botsInfo,
  'blocks.validate': blocksValidate,
};
