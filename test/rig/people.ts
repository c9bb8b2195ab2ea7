// People at random: each does one thing after the other, like somebody with a phone, and writes down what came of it.

import { setTimeout as sleep } from 'node:timers/promises';
import type { PretendPerson, PretendSlack } from '../../src/simulator/slack/workspace.ts';
import { actsOnActions } from './acts-on-actions.ts';
import { actsOnIncidents } from './acts-on-incidents.ts';
import type { Chance } from './chance.ts';
import { handOf, isImpossible } from './hand.ts';
import type { Ledger } from './ledger.ts';
import type { Rooms } from './rooms.ts';

/** Full members of the workspace. */
export const crowd: readonly PretendPerson[] = Array.from({ length: 24 }, (_, index) => ({
  id: `U0CROWD${index}`,
  name: `crowd${index}`,
  realName: `Member ${index}`,
}));

export interface People {
  /** Of what they set out to do, from 0 to 1: declarations that were accepted, joined ones included, or actions asked for. */
  progress(): number;
  /** They do no more of it than this share for now. */
  allow(share: number): void;
  /** Everybody puts the phone away; resolves when the last answer is in. */
  goHome(): Promise<void>;
}

type Act = 'declare' | 'workOn' | 'close' | 'revisit' | 'propose' | 'decide' | 'look' | 'health' | 'replay';

export interface Scene {
  readonly slack: PretendSlack;
  readonly rooms: Rooms;
  readonly ledger: Ledger;
  readonly chance: Chance;
  /** How many of the crowd are at work. */
  readonly people: number;
  /** Accepted declarations after which nobody declares any more. */
  readonly declarations: number;
  /** Actions that are asked for, each decision twice; incidents are then only what they need. 0: actions are one thing among others. */
  readonly actions: number;
}

/** Where it is about actions: every decision reads the whole incident, so no incident gets many of them. */
const openForActions = 10;

export function bringPeople(scene: Scene): People {
  const { rooms, ledger, declarations, actions } = scene;
  // More open incidents than people, and they rather close than declare.
  const openAtOnce = actions > 0 ? openForActions : scene.people;
  let home = false;
  let allowed = 1;

  const amongOthers = (open: number): Readonly<Record<Act, number>> => {
    const enough = ledger.declared() >= declarations * allowed || rooms.all().length >= declarations * 1.2;
    return {
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
    };
  };
  const aboutActions = (open: number): Readonly<Record<Act, number>> => ({
    declare: open >= openAtOnce ? 0 : 30,
    workOn: open > 0 ? 4 : 0,
    close: open > openAtOnce / 2 ? 4 : 0,
    revisit: 0,
    propose: open > 0 && ledger.confirmed() < actions * allowed ? 40 : 0,
    decide: open > 0 ? 60 : 0,
    look: 1,
    health: 0,
    replay: ledger.entries.length > 0 ? 2 : 0,
  });

  async function live(person: PretendPerson, chance: Chance): Promise<void> {
    const hand = handOf(person, { ...scene, chance });
    const acts: Readonly<Record<Act, () => Promise<void>>> = {
      ...actsOnIncidents(scene, hand, chance),
      ...actsOnActions(scene, hand, chance),
    };
    while (!home) {
      // Whom Slack told that it did not work tries again after a moment, and not at once. A slow answer slows people down.
      const last = ledger.entries.findLast((entry) => entry.who === person.name);
      const pauseMs = last?.told === 'nothing' ? chance.between(600, 2_000) : chance.between(50, 900);
      await sleep(pauseMs + 2 * Math.min(last?.delivery.ackMs ?? 0, 3_000));
      if (home) return;
      const open = rooms.open().length;
      const act = chance.weighted(actions > 0 ? aboutActions(open) : amongOthers(open));
      await acts[act]().catch((error: unknown) => {
        if (!isImpossible(error)) throw error;
      });
    }
  }

  const lives = crowd.slice(0, scene.people).map((person) => live(person, scene.chance.strand(person.name)));
  return {
    progress: () => (actions > 0 ? ledger.confirmed() / actions : ledger.declared() / declarations),
    allow: (share) => {
      allowed = share;
    },
    async goHome() {
      home = true;
      await Promise.all(lives);
    },
  };
}
