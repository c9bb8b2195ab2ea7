// What Block Kit refuses, with the pointer and the words that Slack uses.
import { describe, expect, it } from 'vitest';
import { validateMessageBlocks } from '../../../../src/simulator/slack/block-kit/validate.ts';
import { actions, button, mrkdwn, plain, section } from './fixture.ts';

const images = { canDownload: () => true, canUseFile: () => true };
const judge = (...blocks: unknown[]): readonly string[] =>
  validateMessageBlocks(blocks, images).map((one) => `${one.message} [json-pointer:${one.pointer}]`);
const input = (element: object) => ({ type: 'input', label: plain('x'), element });
const options = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ text: plain(`o${index}`), value: `${index}` }));
const cells = (rows: number, columns: number) =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => ({ type: 'raw_text', text: 'x' })));
const _leaf = (element: object) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [element] }],
});

describe('refuses, with the pointer', () => {
  it.each<[string, unknown[], string]>([
    ['unknown types', [{ type: 'wizard' }], 'unsupported type: wizard [json-pointer:/blocks/0/type]'],
    ['a missing type', [{}], 'missing required field: type [json-pointer:/blocks/0]'],
    ['no object', ['x'], 'must provide an object [json-pointer:/blocks/0]'],
    [
      'unknown properties',
      [{ type: 'divider', text: 'x' }],
      'invalid additional property: text [json-pointer:/blocks/0]',
    ],
    ['51 blocks', Array(51).fill({ type: 'divider' }), 'no more than 50 items allowed [json-pointer:/blocks]'],
    [
      'long sections',
      [section('x'.repeat(3001))],
      'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'long fields',
      [{ type: 'section', fields: [plain('x'.repeat(2001))] }],
      'must be less than 2001 characters [json-pointer:/blocks/0/fields/0/text]',
    ],
    [
      'empty fields',
      [{ type: 'section', fields: [plain('')] }],
      'must be more than 0 characters [json-pointer:/blocks/0/fields/0/text]',
    ],
    [
      'eleven fields',
      [{ type: 'section', fields: Array(11).fill(plain('x')) }],
      'no more than 10 items allowed [json-pointer:/blocks/0/fields]',
    ],
    ['no text at all', [{ type: 'section' }], 'missing required field: text [json-pointer:/blocks/0]'],
    [
      'mrkdwn in a header',
      [{ type: 'header', text: mrkdwn('x') }],
      'unsupported type: mrkdwn [json-pointer:/blocks/0/text/type]',
    ],
    [
      'long headers',
      [{ type: 'header', text: plain('x'.repeat(151)) }],
      'must be less than 151 characters [json-pointer:/blocks/0/text/text]',
    ],
    [
      'verbatim plain text',
      [section('x'), { type: 'section', text: { ...plain('x'), verbatim: true } }],
      'invalid additional property: verbatim [json-pointer:/blocks/1/text]',
    ],
    [
      'emoji mrkdwn',
      [{ type: 'section', text: { ...mrkdwn('x'), emoji: true } }],
      'invalid additional property: emoji [json-pointer:/blocks/0/text]',
    ],
    [
      'images without alt text',
      [{ type: 'image', image_url: 'https://x.example/i.png' }],
      'missing required field: alt_text [json-pointer:/blocks/0]',
    ],
    [
      'images from two places',
      [{ type: 'image', alt_text: 'x', image_url: 'https://x.example', slack_file: { id: 'F1' } }],
      'invalid additional property: slack_file [json-pointer:/blocks/0]',
    ],
    [
      '26 buttons',
      [actions(...Array.from({ length: 26 }, (_, each) => button(`a${each}`, 'x')))],
      'no more than 25 items allowed [json-pointer:/blocks/0/elements]',
    ],
    [
      'long button labels',
      [actions(button('a', 'x'.repeat(76)))],
      'must be less than 76 characters [json-pointer:/blocks/0/elements/0/text/text]',
    ],
    [
      'long button values',
      [actions(button('a', 'x', 'v'.repeat(2001)))],
      'must be less than 2001 characters [json-pointer:/blocks/0/elements/0/value]',
    ],
    [
      'invented styles',
      [actions({ ...button('a', 'x'), style: 'default' })],
      'must be a valid enum value [json-pointer:/blocks/0/elements/0/style]',
    ],
    [
      'one action_id twice in a block',
      [actions(button('a', 'x'), button('a', 'y'))],
      '`action_id` "a" already exists [json-pointer:/blocks/0/elements/1/action_id]',
    ],
    [
      'one block_id twice',
      [actions(button('a', 'x')), actions(button('b', 'y'))],
      '`block_id` "buttons" already exists [json-pointer:/blocks/1/block_id]',
    ],
    [
      'inputs among actions',
      [actions({ type: 'plain_text_input' })],
      'unsupported type: plain_text_input [json-pointer:/blocks/0/elements/0/type]',
    ],
    ['buttons as inputs', [input(button('a', 'x'))], 'unsupported type: button [json-pointer:/blocks/0/element/type]'],
    [
      'six overflow options',
      [actions({ type: 'overflow', options: options(6) })],
      'no more than 5 items allowed [json-pointer:/blocks/0/elements/0/options]',
    ],
    [
      '101 options',
      [actions({ type: 'static_select', options: options(101) })],
      'no more than 100 items allowed [json-pointer:/blocks/0/elements/0/options]',
    ],
    [
      'no options',
      [actions({ type: 'static_select' })],
      'missing required field: options [json-pointer:/blocks/0/elements/0]',
    ],
    [
      'long option values',
      [actions({ type: 'radio_buttons', options: [{ text: plain('x'), value: 'v'.repeat(151) }] })],
      'must be less than 151 characters [json-pointer:/blocks/0/elements/0/options/0/value]',
    ],
    [
      'an initial option that is not offered',
      [actions({ type: 'static_select', options: options(2), initial_option: { text: plain('o1'), value: '9' } })],
      'must match one of the options [json-pointer:/blocks/0/elements/0/initial_option]',
    ],
    [
      'dates that are none',
      [actions({ type: 'datepicker', initial_date: '2026-13-01' })],
      'failed to match schema [json-pointer:/blocks/0/elements/0/initial_date]',
    ],
    [
      'alerts in messages',
      [{ type: 'alert', text: plain('x') }],
      'unsupported type: alert [json-pointer:/blocks/0/type]',
    ],
    [
      'two tables',
      [
        { type: 'table', rows: cells(1, 1) },
        { type: 'table', rows: cells(1, 1) },
      ],
      'only_one_table_allowed [json-pointer:/blocks]',
    ],
    [
      'uneven data tables',
      [{ type: 'data_table', caption: 'x', rows: [...cells(1, 2), ...cells(1, 1)] }],
      'must provide at least 2 items [json-pointer:/blocks/0/rows/1]',
    ],
    [
      'style in the wrong place',
      [{ type: 'rich_text', elements: [{ type: 'rich_text_section', style: { bold: true }, elements: [] }] }],
      'invalid additional property: style [json-pointer:/blocks/0/elements/0]',
    ],
    [
      'mentions in code',
      [
        {
          type: 'rich_text',
          elements: [{ type: 'rich_text_preformatted', elements: [{ type: 'user', user_id: 'U1' }] }],
        },
      ],
      'unsupported type: user [json-pointer:/blocks/0/elements/0/elements/0/type]',
    ],
    [
      'too much markdown',
      [
        { type: 'markdown', text: 'x'.repeat(7000) },
        { type: 'markdown', text: 'y'.repeat(7000) },
      ],
      'must be less than 12001 characters [json-pointer:/blocks]',
    ],
    [
      'long confirmations',
      [
        actions({
          ...button('a', 'x'),
          confirm: { title: plain('x'), text: plain('x'.repeat(301)), confirm: plain('Yes'), deny: plain('No') },
        }),
      ],
      'must be less than 301 characters [json-pointer:/blocks/0/elements/0/confirm/text/text]',
    ],
  ])('%s', (_what, blocks, line) => {
    expect(judge(...blocks)).toContain(line);
  });

  it('every violation at once', () => {
    const found = judge({ type: 'header', text: plain('') }, { type: 'divider', colour: 'red' }, { type: 'image' });
    expect(found).toEqual([
      'must be more than 0 characters [json-pointer:/blocks/0/text/text]',
      'invalid additional property: colour [json-pointer:/blocks/1]',
      'missing required field: alt_text [json-pointer:/blocks/2]',
    ]);
  });
});
