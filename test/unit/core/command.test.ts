// The words of the command line: what they mean, and what is suggested for words that mean nothing.
import { describe, expect, test } from 'vitest';
import { commandTable, incidentName, nearest, parseCommand } from '../../../src/core/command.ts';

describe('the words after /acgs', () => {
  test('nothing at all is a request for help', () => {
    expect(parseCommand('')).toEqual({ kind: 'help' });
    expect(parseCommand('   ')).toEqual({ kind: 'help' });
  });

  test('a declaration takes the rest of the line as note, spaces and all', () => {
    expect(parseCommand('incident latency since the 02:10 deploy of the gateway')).toEqual({
      kind: 'declare',
      runbook: 'latency',
      separate: false,
      note: 'since the 02:10 deploy of the gateway',
    });
    expect(parseCommand('incident latency')).toEqual({ kind: 'declare', runbook: 'latency', separate: false });
  });

  test('a second incident beside an open one is asked for by name', () => {
    expect(parseCommand('incident latency separately only the gateway')).toEqual({
      kind: 'declare',
      runbook: 'latency',
      separate: true,
      note: 'only the gateway',
    });
  });

  test('list and show are not names of runbooks', () => {
    expect(parseCommand('incident')).toEqual({ kind: 'list', all: false });
    expect(parseCommand('incident list all')).toEqual({ kind: 'list', all: true });
    expect(parseCommand('incident show 7')).toEqual({ kind: 'show', incident: 'INC-7' });
    expect(parseCommand('incident show inc-7')).toEqual({ kind: 'show', incident: 'INC-7' });
  });

  test.each([
    ['healht', 'health'],
    ['hlep', 'help'],
    ['incidnet latency', 'incident'],
    ['resolv', 'resolve'],
  ])('%s suggests %s', (typed, suggestion) => {
    expect(parseCommand(typed)).toMatchObject({ kind: 'help', suggestion });
  });

  test('a word that is near nothing gets no suggestion', () => {
    const parsed = parseCommand('xyzzyplugh');
    expect(parsed).toMatchObject({ kind: 'help', unknown: 'xyzzyplugh' });
    expect(parsed).not.toHaveProperty('suggestion');
  });

  test('an endless word is cut, so that the answer stays small', () => {
    expect(parseCommand('x'.repeat(40_000))).toMatchObject({ kind: 'help', unknown: 'x'.repeat(80) });
  });

  test('help lists a command for each usage, and each is understood', () => {
    for (const { usage } of commandTable) {
      const parsed = parseCommand(
        usage.replace('[note]', '').replace('[all]', '').replace('TEXT', 'x').replace('REASON', 'x'),
      );
      expect(parsed, usage).not.toHaveProperty('unknown');
    }
  });

  test('numbers and any case name the same incident', () => {
    expect([incidentName('42'), incidentName('inc-42'), incidentName('INC-42')]).toEqual([
      'INC-42',
      'INC-42',
      'INC-42',
    ]);
  });

  test('swapped neighbours count as one slip', () => {
    expect(nearest('lateny', ['latency', 'throughput'])).toBe('latency');
    expect(nearest('latnecy', ['latency'])).toBe('latency');
  });
});
