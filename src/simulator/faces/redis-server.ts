// What the Redis face remembers: of the server, and of each client that is connected.
import type { World } from '../world/world.ts';
import { failure, type Reply } from './resp.ts';

export interface RedisClient {
  readonly id: number;
  readonly address: string;
  readonly connectedMs: number;
  lastMs: number;
  lastCommand: string;
  name: string;
  library: string;
  libraryVersion: string;
  db: number;
  version: 2 | 3;
  /** False until the password was given. */
  mayTalk: boolean;
}

export interface RedisServer {
  readonly world: World;
  readonly password: string | undefined;
  readonly runId: string;
  readonly startedMs: number;
  port: number;
  readonly clients: Set<RedisClient>;
  readonly config: Map<string, string>;
  readonly slowLog: {
    readonly id: number;
    readonly seconds: number;
    readonly micros: number;
    readonly words: readonly string[];
    readonly address: string;
    readonly name: string;
  }[];
  readonly latency: { readonly seconds: number; readonly ms: number }[];
  readonly counts: { commands: number; connections: number; slowEntries: number };
  /** Runs of each command, by its name in small letters. */
  readonly calls: Map<string, number>;
}

/** The real server's words for a subcommand it does not know. */
export function unknownSubcommand(command: string, what: string): Reply {
  return failure(`ERR unknown subcommand '${what}'. Try ${command} HELP.`);
}
