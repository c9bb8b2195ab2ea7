// The training page for whoever works by keyboard, by ear, in the dark, or on a line that breaks; in a real browser.

import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mountPage } from '../../src/simulator/page/page-server.ts';
import { type PretendCompany, startPretendCompany } from '../../src/simulator/pretend-company.ts';
import { type Story, startStory, until } from '../support/story.ts';
import { boxOf, openTrainingPage, screens, type TrainingPage, whyNoChromium } from '../support/training-page.ts';

const because = whyNoChromium === undefined ? '' : ` (${whyNoChromium})`;
const [desk, phone] = screens;

/** Runs in the page: where the keyboard stands, by the name that the page itself uses, and how that is shown. */
const focusedStop = `(() => {
  const { id, dataset } = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  const name = dataset.channel ?? dataset.person ?? dataset.fault ?? dataset.action ?? dataset.part ?? id;
  return { name, outline: outlineStyle + ' ' + outlineWidth };
})()`;

describe.skipIf(whyNoChromium !== undefined)(`the page without a mouse${because}`, () => {
  let story: Story;
  let training: TrainingPage;
  let page: Page;

  beforeAll(async () => {
    story = await startStory();
    story.world.inject('cache-cold', { agoSeconds: 240 });
    if (desk === undefined) throw new Error('there is no desk');
    training = await openTrainingPage(mountPage(story.company), desk);
    page = training.page;
  }, 120_000);

  afterAll(async () => {
    await training?.close();
    await story?.stop();
  });

  const focused = () => page.evaluate<{ name: string; outline: string }>(focusedStop);
  const news = () => page.locator('#news').textContent();

  test('"/" reaches the line to write in, and a command goes off with Enter', async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('/acgs incident latency');
    await page.keyboard.press('Enter');
    await page.locator('#sidebar [data-channel^="inc-"]').waitFor();
  });

  test('the arrows bring back what was sent, and what was being written', async () => {
    const line = page.locator('#say');
    await line.fill('/acgs oncall');
    await page.keyboard.press('Enter');
    await page.keyboard.type('half a thou');
    await page.keyboard.press('ArrowUp');
    expect(await line.inputValue()).toBe('/acgs oncall');
    await page.keyboard.press('ArrowUp');
    expect(await line.inputValue()).toBe('/acgs incident latency');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    expect(await line.inputValue()).toBe('half a thou');
    await line.fill('');
  });

  test('a screen reader hears the verdict of the new card, and nothing twice in a row', async () => {
    await until('the verdict', async () => (await news())?.includes('CRITICAL · P99'));
    const heard = await page.locator('#news p').allTextContents();
    expect(heard.filter((line, at) => line === heard[at - 1])).toEqual([]);
    const regions = await page.locator('[aria-live], [role="log"], [role="status"], [role="alert"]').count();
    expect(regions).toBeLessThanOrEqual(4);
  });

  test('Alt and the arrows change the channel; F6 goes from part to part', async () => {
    await page.keyboard.press('Alt+ArrowDown');
    await page.locator('#channel-name', { hasText: '#inc-' }).waitFor();
    await training.card().locator('[data-action="open-thread"]').waitFor();
    await page.locator('#say').focus();
    await page.keyboard.press('Shift+F6');
    expect((await focused()).name).toBe('messages');
    await page.keyboard.press('F6');
    expect((await focused()).name).toBe('say');
  });

  test('in the messages the arrows go from message to message, T opens the thread, Escape comes back', async () => {
    await page.keyboard.press('Shift+F6');
    for (let step = 0; step < 12; step += 1) {
      await page.keyboard.press('ArrowDown');
      if (await page.evaluate('document.activeElement.classList.contains("pinned")')) break;
    }
    expect(await page.evaluate('document.activeElement.getAttribute("aria-label")')).toMatch(
      /^acgs, .*(CRITICAL|UNKNOWN) · /,
    );
    await page.keyboard.press('t');
    await page.locator('#thread').waitFor();
    expect((await focused()).name).toBe('replies');
    await page.keyboard.press('Escape');
    await page.locator('#thread').waitFor({ state: 'hidden' });
    expect((await focused()).name).toBe('open-thread');
  });

  test('the menu of the card takes the keys of a menu and gives the focus back', async () => {
    await training.card().locator('[data-action="acgs.more"]').focus();
    await page.keyboard.press('Enter');
    const items = page.locator('.menu:popover-open [role="menuitem"]');
    await items.first().waitFor();
    expect(await items.first().evaluate((item) => item === item.ownerDocument.activeElement)).toBe(true);
    await page.keyboard.press('ArrowUp');
    expect(await items.last().evaluate((item) => item === item.ownerDocument.activeElement)).toBe(true);
    await page.keyboard.press('Escape');
    await page.locator('.menu:popover-open').waitFor({ state: 'hidden' });
    expect((await focused()).name).toBe('acgs.more');
  });

  test('a form keeps the focus inside, Escape closes it, and the focus is where it was', async () => {
    const resolve = training.card().locator('[data-action="acgs.resolve"]');
    await resolve.focus();
    await page.keyboard.press('Enter');
    await page.locator('dialog.view textarea').waitFor();
    for (let step = 0; step < 8; step += 1) {
      const isInside = '!!document.activeElement.closest("dialog") || document.activeElement === document.body';
      expect(await page.evaluate(isInside)).toBe(true);
      await page.keyboard.press('Tab');
    }
    await page.keyboard.press('Escape');
    await page.locator('dialog.view').waitFor({ state: 'detached' });
    expect((await focused()).name).toBe('acgs.resolve');
  });

  test('what somebody wrote goes into the record from the menu of the message, which M opens', async () => {
    await training.openChannel('inc-');
    await page.locator('#say').fill('the deploy of 02:10 touched the cache');
    await page.keyboard.press('Enter');
    const written = page.locator('#messages article', { hasText: 'touched the cache' }).first();
    await written.focus();
    await page.keyboard.press('m');
    await page.locator('.menu:popover-open [role="menuitem"]', { hasText: 'Add to incident' }).waitFor();
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await until('the note in the record', async () =>
      JSON.stringify(await story.store.events('INC-1')).includes('touched the cache'),
    );
    await written.focus();
    await page.keyboard.press('m');
    await page.locator('.menu:popover-open').waitFor();
    await page.keyboard.press('Enter');
    await written.locator('.reactions').waitFor();
  });

  test('"?" lists the keys', async () => {
    await page.locator('#messages').focus();
    await page.keyboard.press('?');
    await page.locator('dialog.keys', { hasText: 'F6' }).waitFor();
    await training.look('keys');
    await page.keyboard.press('Escape');
    await page.locator('dialog.keys').waitFor({ state: 'detached' });
  });

  test('Tab reaches everything in the order of the page, and each stop is visible', async () => {
    await page.reload();
    await page.locator('#messages .message').first().waitFor();
    const stops: string[] = [];
    for (let step = 0; step < 100 && !stops.includes('rollout-stuck'); step += 1) {
      await page.keyboard.press('Tab');
      const { name, outline } = await focused();
      expect(outline, name).not.toMatch(/none|0px/);
      stops.push(name);
    }
    const wanted = ['general', 'rita', 'open-keys', 'appearance', 'steps', 'messages', 'say', 'cache-cold'];
    expect(stops.filter((stop) => wanted.includes(stop))).toEqual(wanted);
  });

  test('a channel is found again where its reader left it', async () => {
    await training.openChannel('inc-');
    await training.card().locator('[data-action="open-thread"]').waitFor();
    const room = await story.incidentChannel();
    for (let line = 1; line <= 20; line += 1) await story.slack.say('rita', room, `line ${line}`);
    await page.locator('#messages', { hasText: 'line 20' }).waitFor();
    const list = page.locator('#messages');
    await list.evaluate((one) => one.scrollTo(0, 10));
    await training.openChannel('general');
    await page.locator('#channel-name', { hasText: '#general' }).waitFor();
    await training.openChannel('inc-');
    await training.card().waitFor();
    expect(Math.abs((await list.evaluate((one) => one.scrollTop)) - 10)).toBeLessThan(8);
  });

  test('what the workspace itself says takes one line for the name and the words', async () => {
    const line = page.locator('.system', { hasText: 'has joined' }).first();
    await line.scrollIntoViewIfNeeded();
    expect((await boxOf(line)).height).toBeLessThan(30);
    expect(await line.textContent()).toMatch(/^@\w+ has joined the channel$/);
  });

  test('another person sees what they have not read, and may act', async () => {
    expect(await page.locator('#sidebar [data-person="omar"]').textContent()).toContain('approver');
    await training.become('omar');
    await page.locator('#sidebar [data-channel="incidents"] .count').waitFor({ state: 'attached' });
    expect(await page.locator('#my-role').textContent()).toContain('approver');
  });

  test('a guest is refused, and told who to ask', async () => {
    await training.become('guest');
    await training.openChannel('incidents');
    await page.locator('#say').fill('/acgs health');
    await page.keyboard.press('Enter');
    const refusal = page.locator('#messages .message.private').last();
    await refusal.filter({ hasText: /guest|member/i }).waitFor();
    expect(await refusal.textContent()).toContain('Only visible to you');
    await training.look('guest');
    await training.become('rita');
  });

  test('while Slack is down nothing arrives; when it is back, what was said comes after', async () => {
    await page.locator('#panel summary', { hasText: 'Slack' }).click();
    await page.locator('[data-fault="slack-down"]').check();
    await page.locator('#wrong', { hasText: 'Slack is down' }).waitFor();
    await training.openChannel('incidents');
    const answers = page.locator('#messages .message', { hasText: 'Daily health check' });
    const before = await answers.count();
    const complaints = story.complaints.length;
    await page.locator('#say').fill('/acgs health');
    await page.keyboard.press('Enter');
    await until('the bot to find Slack gone', () => story.complaints.length > complaints);
    expect(await answers.count()).toBe(before);
    await page.locator('[data-fault="slack-down"]').uncheck();
    await until('the answer', async () => (await answers.count()) > before);
  });

  test('nothing bars a person who does not see or point', () => {
    expect(training.complaints).toEqual([]);
    expect(training.barriers).toEqual([]);
  });
});

describe.skipIf(whyNoChromium !== undefined)(`the page on a line that breaks${because}`, () => {
  test('says that it is lost, comes back by itself, and knows that the company is another one', async () => {
    if (phone === undefined) throw new Error('there is no phone');
    let company: PretendCompany | undefined = await startPretendCompany({ world: { historyDays: 1 } });
    const address = mountPage(company);
    const training = await openTrainingPage(address, phone);
    try {
      company.slack.say('rita', 'incidents', 'before the break');
      await training.page.locator('#messages', { hasText: 'before the break' }).waitFor();
      await company.stop();
      company = undefined;
      const state = training.page.locator('#connection');
      await state.filter({ hasText: 'Connection lost' }).waitFor();
      await training.look('lost');
      company = await startPretendCompany({
        world: { historyDays: 1 },
        slack: { port: Number(new URL(address).port) },
      });
      mountPage(company);
      await state.filter({ hasText: 'Connected again' }).waitFor();
      await training.page.locator('#notice', { hasText: 'set up anew' }).waitFor();
      expect(await training.page.locator('#messages').textContent()).not.toContain('before the break');
      company.slack.say('omar', 'incidents', 'after the break');
      await training.page.locator('#messages', { hasText: 'after the break' }).waitFor();
      expect(training.barriers).toEqual([]);
    } finally {
      await training.close();
      await company?.stop();
    }
  }, 120_000);

  test('follows the dark of the system until a person chooses', async () => {
    if (phone === undefined) throw new Error('there is no phone');
    const company = await startPretendCompany({ world: { historyDays: 1 } });
    const training = await openTrainingPage(mountPage(company), phone);
    const paper = () => training.page.evaluate('getComputedStyle(document.body).backgroundColor');
    try {
      expect(await paper()).toBe('rgb(255, 255, 255)');
      await training.page.emulateMedia({ colorScheme: 'dark' });
      expect(await paper()).toBe('rgb(26, 29, 33)');
      await training.openSidebar();
      await training.page.locator('#appearance').selectOption('light');
      expect(await paper()).toBe('rgb(255, 255, 255)');
    } finally {
      await training.close();
      await company.stop();
    }
  }, 120_000);
});
