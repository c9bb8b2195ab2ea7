// The two ways in which a query is refused, thrown inside the engine and turned into a value at its door.

/** The query cannot be read. The message has Prometheus's form `line:column: parse error: reason`. */
export class ParseRefusal extends Error {
  constructor(query: string, at: number, reason: string) {
    const before = query.slice(0, at);
    const line = before.split('\n').length;
    const column = at - (before.lastIndexOf('\n') + 1) + 1;
    super(`${line}:${column}: parse error: ${reason}`);
  }
}

/** The query can be read but not carried out on the data that is there. */
export class ExecutionRefusal extends Error {}
