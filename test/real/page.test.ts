// A person walks an incident through the training page in a real browser: one typed command, then clicks, on a desk and on a phone.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mountPage } from '../../src/simulator/page/page-server.ts';
import { type Story, startStory, until } from '../support/story.ts';
import {
  boxOf,
  openTrainingPage,
  screens,
  smallTargets,
  type TrainingPage,
  untilDrawn,
  whyNoChromium,
} from '../support/training-page.ts';

const because = whyNoChromium === undefined ? '' : ` (${whyNoChromium})`;

describe.skipIf(whyNoChromium !== undefined).each(screens)(`an incident on a $name${because}`, (screen) => {
  let story: Story;
  let training: TrainingPage;
  let page: Page;

  beforeAll(async () => {
    story = await startStory({ world: { fallsWithinMs: 2_000 } });
    training = await openTrainingPage(mountPage(story.company), screen);
    page = training.page;
  }, 120_000);

  afterAll(async () => {
    await training?.close();
    await story?.stop();
  });

  const guide = () => page.locator('#walk summary').textContent();
  const untilGuideSays = (words: string) =>
    until(`the guide at "${words}"`, async () => (await guide())?.includes(words));

  test('a newcomer is led: the guide writes the first command, and ticks it when the answer is there', async () => {
    expect(await guide()).toContain('Step 1 of 9');
    await page.locator('#walk [data-part="help"]').click();
    expect(await page.locator('#say').inputValue()).toBe('/acgs health');
    await page.locator('#composer [type="submit"]').click();
    await page.locator('#messages .message').filter({ hasText: 'P99' }).first().waitFor();
    await untilGuideSays('Break something');
    await training.look('health');
  });

  test('a fault is switched on beside the true state, which tells it', async () => {
    await training.openPanel();
    await page.locator('[data-fault="cache-cold"]').check();
    await page.locator('#wrong', { hasText: 'Cold cache' }).waitFor();
    await until('the truth to follow', async () =>
      (await page.locator('[data-truth="Cache hit rate"]').textContent())?.startsWith('41'),
    );
    expect(story.world.isOn('cache-cold')).toBe(true);
    await training.look('faults');
    if (screen.isPhone) expect(await smallTargets(page)).toEqual([]);
    await training.closePanel();
    expect(await page.locator('#open-panel').textContent()).toBe('Faults (1)');
  });

  test('an incident is declared by one typed command, and its channel opens at the card', async () => {
    await untilGuideSays('Declare');
    await page.locator('#say').fill('/acgs incident latency');
    await page.keyboard.press('Enter');
    const entry = page.locator('#sidebar [data-channel^="inc-"]');
    await entry.locator('.count').waitFor({ state: 'attached' });
    await training.openSidebar();
    await training.look('unread');
    await entry.click();
    await training
      .card()
      .filter({ hasText: /CRITICAL.*P99/ })
      .waitFor();
    await training.card().locator('[data-action="open-thread"]').waitFor();
    expect(await entry.locator('.count').count()).toBe(0);
  });

  test('without scrolling the card says how bad it is and offers what to do', async () => {
    const list = await boxOf(page.locator('#messages'));
    const [headline, primary] = await Promise.all([
      boxOf(training.card().locator('.block.header')),
      boxOf(training.card().locator('.kit-button.primary')),
    ]);
    expect(headline.y).toBeGreaterThanOrEqual(list.y);
    expect(primary.y + primary.height).toBeLessThanOrEqual(list.y + list.height);
    expect(await training.card().locator('.kit-button.primary').count()).toBe(1);
    await training.look('card');
  });

  test('nothing is wider than the screen, and on a phone nothing is too small for a thumb', async () => {
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    const tooWide = await page.locator('#messages').evaluate((list) => list.scrollWidth - list.clientWidth);
    expect(tooWide).toBe(0);
    if (screen.isPhone) expect(await smallTargets(page)).toEqual([]);
  });

  test('the panel holds what the bot says against what is really so', async () => {
    await training.openPanel();
    const saying = page.locator('#sayings .saying').first();
    expect(await saying.textContent()).toMatch(/CRITICAL · P99 .* > 5 ms/);
    await training.closePanel();
  });

  test('acknowledging is one click', async () => {
    await training.card().locator('[data-action="acgs.acknowledge"]').click();
    await page.locator('[data-action="acgs.acknowledge"]').first().waitFor({ state: 'detached' });
    expect(await training.card().textContent()).toContain('Acknowledged rita');
    await untilGuideSays('Read the evidence');
  });

  test('buttons and the menu, which is wholly on the screen, give a role, take a note and ask again', async () => {
    const menu = page.locator('.menu:popover-open');
    const choose = async (intent: string) => {
      const button = training.card().locator(`[data-action="acgs.${intent}"]`);
      if (await button.isVisible()) return button.click();
      await training.card().locator('[data-action="acgs.more"]').click();
      const open = await boxOf(menu);
      await training.look('menu');
      expect(open.y).toBeGreaterThanOrEqual(0);
      expect(open.y + open.height).toBeLessThanOrEqual(screen.height);
      expect(open.x + open.width).toBeLessThanOrEqual(screen.width);
      return menu.locator(`[data-option^="${intent} "]`).click();
    };
    await choose('take-command');
    await training.card().filter({ hasText: 'Commander rita' }).waitFor();
    await choose('note');
    await page.locator('dialog.view textarea').fill('deploy of 02:10 touched the cache');
    await training.look('modal');
    await page.locator('dialog.view [type="submit"]').click();
    await page.locator('dialog.view').waitFor({ state: 'detached' });
    await choose('recheck');
  });

  test('the thread holds the new checks, and charts that a click enlarges', async () => {
    await training.card().locator('[data-action="open-thread"]').click();
    const replies = page.locator('#replies .message');
    await replies.filter({ hasText: 'round 2' }).first().waitFor();
    await untilDrawn(page.locator('#replies .picture img').first());
    await until('the newest reply in sight', () =>
      page.locator('#replies').evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight < 40),
    );
    await training.look('thread');
    await page.locator('#replies .picture').last().click();
    const large = page.locator('dialog.picture img');
    await untilDrawn(large);
    await training.look('chart');
    await page.locator('dialog.picture [data-close]').click();
    await large.waitFor({ state: 'detached' });
    await page.locator('#close-thread').click();
    await page.locator('#thread').waitFor({ state: 'hidden' });
    await untilGuideSays('Remove the cause');
  });

  test('when the fault is off the channel says RECOVERED', { timeout: 90_000 }, async () => {
    await training.openPanel();
    await page.locator('[data-fault="cache-cold"]').uncheck();
    await page.locator('#wrong', { hasText: 'No fault' }).waitFor();
    await training.closePanel();
    await page.locator('#messages .message', { hasText: 'RECOVERED' }).first().waitFor({ state: 'attached' });
    await untilGuideSays('Resolve it');
    await training.look('recovered');
  });

  test('a form that lacks an answer stays open and says so; with it the incident is resolved', async () => {
    await training.card().locator('[data-action="acgs.resolve"]').click();
    const form = page.locator('dialog.view');
    await form.locator('[type="submit"]').click();
    await form.locator('[role="alert"]', { hasText: 'Please' }).first().waitFor();
    await training.look('modal-error');
    await form.locator('textarea').fill('the cache was warmed by hand');
    await form.locator('[type="submit"]').click();
    await form.waitFor({ state: 'detached' });
    await training.card().filter({ hasText: 'RESOLVED' }).waitFor();
  });

  test('the report is read in the page, and the guide is at its end', async () => {
    const file = page.locator('#messages .file', { hasText: /\.md|report|post-mortem/i }).last();
    await file.locator('[data-file]').click();
    const report = page.locator('dialog.file-text');
    await report.locator('pre', { hasText: '## Timeline' }).waitFor();
    expect(await report.textContent()).toContain('the cache was warmed by hand');
    expect(await report.textContent()).toContain('deploy of 02:10 touched the cache');
    const download = report.getByRole('link', { name: 'Download' });
    const answer = await page.request.get(new URL((await download.getAttribute('href')) ?? '', page.url()).href);
    expect(answer.headers()['content-type']).toBe('text/markdown; charset=utf-8');
    await training.look('report');
    await report.locator('[data-close]').click();
    await report.waitFor({ state: 'detached' });
    await untilGuideSays('Done');
    await page.locator('#to-pinned').click();
    await training.look('resolved');
  });

  test('the dark page is dark, and a reload remembers it', async () => {
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await paper()).toBe('rgb(255, 255, 255)');
    await training.openSidebar();
    await page.locator('#appearance').selectOption('dark');
    expect(await paper()).toBe('rgb(26, 29, 33)');
    await page.reload();
    await training.openChannel('inc-');
    await training.card().waitFor();
    expect(await paper()).toBe('rgb(26, 29, 33)');
    expect(await guide()).toContain('Done');
    await training.look('dark-resolved');
    await training.card().locator('[data-action="open-thread"]').click();
    await untilDrawn(page.locator('#replies .picture img').first());
    await training.look('dark-thread');
  });

  test('the browser had nothing to complain about, and nothing bars a person who does not see or point', () => {
    expect(training.complaints).toEqual([]);
    expect(training.barriers).toEqual([]);
  });
});
