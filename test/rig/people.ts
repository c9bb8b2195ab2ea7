// People at random: each does one thing after the other, like somebody with a phone, and writes down what came of it.

import { setTimeout as sleep } from 'node:timers/promises';
import type { PretendPerson, PretendSlack } from '../../src/simulator/slack/workspace.ts';
import { actsOnActions } from './acts-on-actions.ts';
import { actsOnIncidents } from './acts-on-incidents.ts';
import type { Chance } from './chance.ts';
import { handOf, isImpossible } from './hand.ts';
import type { Ledger } from './ledger.ts';
import type { Rooms } from './rooms.ts';

/** Full members of the workspace, so many that a form of one is no hindrance to the others. */
export const crowd: readonly PretendPerson[] = Array.from({ length: 6 }, (_, index) => ({
  id: `U0CROWD${index}`,
  name: `crowd${index}`,
  realName: `Member ${index}`,
}));

export interface People {
  /** How many declarations were accepted so far, joined ones included. */
  declared(): number;
  /** Everybody puts the phone away; resolves when the last answer is in. */
  goHome(): Promise<void>;
}

export interface Scene {
  readonly slack: PretendSlack;
  readonly rooms: Rooms;
  readonly ledger: Ledger;
  readonly chance: Chance;
  /** Accepted declarations after which nobody declares any more. */
  readonly declarations: number;
}

/** More open incidents than this, and people rather close than declare. */
const openAtOnce = 6;

export function bringPeople(scene: Scene): People {
  const { rooms, ledger } = scene;
  let home = false;

  const declared = (): number =>
    ledger.entries.filter((entry) => entry.what === 'declare' && entry.told === 'accepted').length;

  async function live(person: PretendPerson, chance: Chance): Promise<void> {
    const hand = handOf(person, { ...scene, chance });
    const acts = { ...actsOnIncidents(scene, hand, chance), ...actsOnActions(scene, hand, chance) };
    while (!home) {
      // Whom Slack told that it did not work tries again after a moment, and not at once. A slow answer slows people down.
      const last = ledger.entries.findLast((entry) => entry.who === person.name);
      const pauseMs = last?.told === 'nothing' ? chance.between(600, 2_000) : chance.between(50, 900);
      await sleep(pauseMs + 2 * Math.min(last?.delivery.ackMs ?? 0, 3_000));
      if (home) return;
      const open = rooms.open().length;
      const enough = declared() >= scene.declarations || rooms.all().length >= scene.declarations * 1.2;
      const act = chance.weighted({
        declare: enough || open >= openAtOnce ? 0 : 30,
        workOn: open > 0 ? 30 : 0,
        // Where many are open, somebody closes some.
        close: open > openAtOnce / 2 ? 34 : open > 0 ? 8 : 0,
        revisit: rooms.closed().length > 0 ? 6 : 0,
        propose: open > 0 ? 8 : 0,
        decide: open > 0 ? 18 : 0,
        look: 8,
        health: 1,
        replay: ledger.entries.length > 0 ? 6 : 0,
      });
      await acts[act]().catch((error: unknown) => {
        if (!isImpossible(error)) throw error;
      });
    }
  }

  const lives = crowd.map((person) => live(person, scene.chance.strand(person.name)));
  return {
    declared,
    async goHome() {
      home = true;
      await Promise.all(lives);
    },
  };
}
