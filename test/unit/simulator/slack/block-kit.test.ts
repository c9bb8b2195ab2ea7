// The Block Kit validator: limits, surfaces, unknown properties and duplicates, in Slack's words and with its pointers.
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import {
  expandedBlocks,
  validateMessageBlocks,
  validateView,
} from '../../../../src/simulator/slack/block-kit/validate.ts';
import { actions, button, mrkdwn, plain, section } from './fixture.ts';

const images = { canDownload: () => true, canUseFile: () => true };
const judge = (...blocks: unknown[]): readonly string[] =>
  validateMessageBlocks(blocks, images).map((one) => `${one.message} [json-pointer:${one.pointer}]`);
const input = (element: object) => ({ type: 'input', label: plain('x'), element });
const options = (count: number) =>
  Array.from({ length: count }, (_, index) => ({ text: plain(`o${index}`), value: `${index}` }));
const cells = (rows: number, columns: number) =>
  Array.from({ length: rows }, () => Array.from({ length: columns }, () => ({ type: 'raw_text', text: 'x' })));
const leaf = (element: object) => ({
  type: 'rich_text',
  elements: [{ type: 'rich_text_section', elements: [element] }],
});

describe('accepts what an incident bot sends', () => {
  it.each([
    ['a header', { type: 'header', text: plain('CRITICAL'), level: 2 }],
    ['fields', { type: 'section', fields: [mrkdwn('*a*'), plain('b')] }],
    ['a section with an accessory', { type: 'section', text: plain('x'), accessory: button('a', 'Open') }],
    [
      'a context',
      {
        type: 'context',
        elements: [mrkdwn('x'), { type: 'image', image_url: 'https://x.example/i.png', alt_text: 'x' }],
      },
    ],
    ['an overflow menu', actions({ type: 'overflow', action_id: 'm', options: options(5) })],
    [
      'a confirmation',
      actions({
        ...button('a', 'Flush'),
        style: 'danger',
        confirm: { title: plain('Sure?'), text: plain('x'), confirm: plain('Yes'), deny: plain('No') },
      }),
    ],
    [
      'a select',
      actions({
        type: 'static_select',
        action_id: 's',
        options: options(100),
        initial_option: { value: '3', text: plain('o3') },
      }),
    ],
    [
      'an image',
      { type: 'image', image_url: 'https://x.example/i.png', alt_text: 'P99', title: plain('P99 passed 5 ms') },
    ],
    ['markdown', { type: 'markdown', text: '# x' }],
    ['a table', { type: 'table', rows: cells(100, 20), column_settings: [{ align: 'right' }, null] }],
    ['a data table', { type: 'data_table', caption: 'checks', rows: cells(3, 2) }],
    ['rich text', leaf({ type: 'text', text: '<!channel> *x*', style: { bold: true } })],
    ['a date', leaf({ type: 'date', timestamp: 1795140840, format: '{time}', fallback: '02:14 UTC' })],
    [
      'a list',
      {
        type: 'rich_text',
        elements: [
          {
            type: 'rich_text_list',
            style: 'bullet',
            elements: [{ type: 'rich_text_section', elements: [{ type: 'text', text: 'x' }] }],
          },
        ],
      },
    ],
  ])('%s', (_what, block) => {
    expect(judge(block)).toEqual([]);
  });
});

it('names the parent of a failed union before the leaf', () => {
  expect(judge(section('x'.repeat(3001)))).toEqual([
    'failed to match all allowed schemas [json-pointer:/blocks/0/text]',
    'must be less than 3001 characters [json-pointer:/blocks/0/text/text]',
  ]);
});

it('counts markdown blocks as Slack expands them', () => {
  expect(expandedBlocks('intro\nmore\n# A\ntext\n---\n# B')).toBe(5);
  expect(judge({ type: 'markdown', text: Array(50).fill('# h').join('\n') })).toEqual([]);
  const tooMany = { type: 'markdown', text: Array(51).fill('# h').join('\n') };
  expect(judge(tooMany)).toEqual(['no more than 50 items allowed [json-pointer:/blocks]']);
});

it('allows 100 blocks in a view, one focus, and the elements of that surface', () => {
  const view = (type: string, blocks: unknown[]) =>
    validateView({ type, ...(type === 'modal' ? { title: plain('x'), submit: plain('x') } : {}), blocks }, images);
  expect(view('modal', Array(100).fill({ type: 'divider' }))).toEqual([]);
  expect(view('modal', Array(101).fill({ type: 'divider' }))).not.toEqual([]);
  const focused = input({ type: 'plain_text_input', focus_on_load: true });
  expect(view('modal', [focused])).toEqual([]);
  expect(view('modal', [focused, focused])).not.toEqual([]);
  const number = input({ type: 'number_input', is_decimal_allowed: false, min_value: '1', max_value: '5' });
  expect(view('modal', [number])).toEqual([]);
  expect(view('home', [number])).not.toEqual([]);
  const backwards = input({ type: 'number_input', is_decimal_allowed: false, min_value: '6', max_value: '5' });
  expect(view('modal', [backwards])).not.toEqual([]);
});

it('never throws, whatever JSON it is given', () => {
  const types = [
    'section',
    'actions',
    'image',
    'table',
    'data_table',
    'rich_text',
    'data_visualization',
    'input',
    'card',
  ];
  const names = ['text', 'elements', 'rows', 'fields', 'accessory', 'element', 'chart', 'options', 'block_id'];
  const block = fc.tuple(fc.constantFrom(...types), fc.dictionary(fc.constantFrom(...names), fc.jsonValue()));
  fc.assert(
    fc.property(fc.array(block), fc.jsonValue(), (given, anything) => {
      const blocks = given.map(([type, properties]) => ({ ...properties, type }));
      judge(...blocks);
      validateView({ type: 'modal', title: anything, blocks }, images);
      validateView(anything, images);
    }),
    { numRuns: 300 },
  );
});
