// Measures acknowledgements: from the arrival of a delivery to the moment its answer left, which Slack allows 3 s for.

import type { DeliveryKind, Meter } from '../core/meter.ts';
import type { Ack } from './deliveries.ts';

/** What a transport says about each delivery in Bolt's custom properties. `arrivedAt` reads `performance.now()`: wall clocks step. */
export interface Arrival {
  readonly transport: 'http' | 'socket';
  readonly arrivedAt: number;
}

/** Without an arrival, nothing is measured. */
export function meteredAck(ack: Ack, meter: Meter, kind: DeliveryKind, arrival: Partial<Arrival>): Ack {
  const { transport, arrivedAt } = arrival;
  if (transport === undefined || arrivedAt === undefined) return ack;
  return async (body) => {
    let sent = false;
    try {
      await ack(body);
      sent = true;
    } finally {
      meter.acknowledged(kind, transport, performance.now() - arrivedAt, sent);
    }
  };
}
