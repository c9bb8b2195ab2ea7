// apps.connections.open: the address of a Socket Mode connection, with a ticket that is good for one.
import { accept, type Method } from '../answers.ts';

/** Slack gives an address while Socket Mode is off, too: the connection itself is told `link_disabled`. */
const connectionsOpen: Method = (_args, state) => accept({ url: state.socket.issueUrl() });

export const appMethods = { 'apps.connections.open': connectionsOpen };
