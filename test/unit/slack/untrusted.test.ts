// No text from outside can mention, link, hide or format, whatever it holds.

import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { plainWords } from '../../../src/slack/conversations/command.ts';
import { cutParts, cutTo, richLength } from '../../../src/slack/fit.ts';
import { clean, escapeFormatted, escapeText, oneLine } from '../../../src/slack/untrusted.ts';

const nasty = fc.oneof(
  fc.string({ unit: 'binary' }),
  fc
    .array(
      fc.constantFrom(
        '<!channel>',
        '<@U1>',
        '&lt;',
        '*',
        '`',
        '~',
        '_',
        '\u202e',
        '\u0000',
        '\u200b',
        '\ud800',
        '|',
        '\n',
        'https://x.y',
      ),
    )
    .map((parts) => parts.join('')),
);

describe('text from outside', () => {
  it('keeps nothing that a reader cannot see', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(clean(text)).not.toMatch(/(?!\n)[\p{Cc}\p{Cf}\p{Cs}\p{Co}]/u);
      }),
    );
  });

  it('can never open a mention or a link', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(escapeText(text)).not.toMatch(/[<>]/);
        expect(escapeText(text).replace(/&(amp|lt|gt);/g, '')).not.toContain('&');
      }),
    );
  });

  it('reads the same after Slack has decoded it', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        const decoded = escapeText(text).replaceAll('&lt;', '<').replaceAll('&gt;', '>').replaceAll('&amp;', '&');
        expect(decoded).toBe(clean(text));
      }),
    );
  });

  it('cannot format where Slack formats always: every mark stands between invisible fences', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(escapeFormatted(text)).not.toMatch(/(^|[^\u200b])[*_~`]|[*_~`]([^\u200b]|$)/);
      }),
    );
  });

  it('can be put on one line', () => {
    fc.assert(
      fc.property(nasty, (text) => {
        expect(oneLine(text)).not.toMatch(/[\n\r]/);
      }),
    );
  });
});

describe('cutting', () => {
  it('never exceeds the limit, never breaks a character, and says how much is missing', () => {
    fc.assert(
      fc.property(fc.string({ unit: 'grapheme', maxLength: 400 }), fc.integer({ min: 40, max: 300 }), (text, max) => {
        const cut = cutTo(text, max);
        expect(cut.length).toBeLessThanOrEqual(max);
        expect(cut.isWellFormed()).toBe(true);
        if (text.length <= max) {
          expect(cut).toBe(text);
          return;
        }
        const missing = Number(/… \(\+(\d+) characters\)$/.exec(cut)?.[1]);
        expect(missing + cut.lastIndexOf('… (+')).toBe(text.length);
      }),
    );
  });
});

it('cutting a block keeps its limit and counts what is missing', () => {
  const section = (text: string) => ({
    type: 'rich_text_section' as const,
    elements: [{ type: 'text' as const, text }],
  });
  const texts = fc.array(fc.string({ unit: 'grapheme', minLength: 1, maxLength: 90 }), { minLength: 1, maxLength: 30 });
  fc.assert(
    fc.property(texts, fc.boolean(), (all, asList) => {
      const list = { type: 'rich_text_list' as const, style: 'bullet' as const, elements: all.map(section) };
      const parts = asList ? [list] : all.map(section);
      const total = all.join('').length;
      const cut = cutParts(parts, 300);
      const length = cut.reduce((sum, part) => sum + richLength(part), 0);
      expect(length).toBeLessThanOrEqual(300);
      if (total <= 300) {
        expect(cut).toBe(parts);
        return;
      }
      const tail = /… \(\+(\d+) characters\)"/.exec(JSON.stringify(cut));
      const kept = length - `… (+${tail?.[1]} characters)`.length;
      expect(Number(tail?.[1]) + kept).toBe(total);
    }),
  );
});

it('a command reads the same whether Slack escapes or not', () => {
  expect(plainWords('incident latency <@U012|rita> in <#C01|ops> &lt;5 ms&gt; &amp; <https://x.y/a|x.y>')).toBe(
    'incident latency @rita in #ops <5 ms> & https://x.y/a',
  );
  expect(plainWords('timeline add <@U012>')).toBe('timeline add @U012');
});
