// Every implemented Web API method by name; the compiler compares this list with the method table.
import type { Method } from './answers.ts';
import type { MethodName } from './method-table.ts';
import { appMethods } from './methods/apps.ts';
import { bookmarkMethods } from './methods/bookmarks.ts';
import { canvasMethods } from './methods/canvases.ts';
import { chatMethods } from './methods/chat.ts';
import { conversationReadingMethods } from './methods/conversation-reading.ts';
import { conversationMethods } from './methods/conversations.ts';
import { fileMethods } from './methods/files.ts';
import { pinMethods } from './methods/pins.ts';
import { reactionMethods } from './methods/reactions.ts';
import { usergroupMethods } from './methods/usergroups.ts';
import { userMethods } from './methods/users.ts';
import { viewMethods } from './methods/views.ts';
import { workspaceInfoMethods } from './methods/workspace-info.ts';

export const methods: { readonly [name in MethodName]: Method } = {
  ...workspaceInfoMethods,
  ...appMethods,
  ...chatMethods,
  ...viewMethods,
  ...conversationMethods,
  ...conversationReadingMethods,
  ...pinMethods,
  ...bookmarkMethods,
  ...reactionMethods,
  ...fileMethods,
  ...canvasMethods,
  ...userMethods,
  ...usergroupMethods,
};
