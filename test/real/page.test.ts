// A person walks an incident through the training workspace in a real browser, by clicks and keys, on a desk and on a phone.
import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';
import { mountPage } from '../../src/simulator/page/page-server.ts';
import { type Story, startStory, until } from '../support/story.ts';

const program = '/usr/bin/chromium';
const why = existsSync(program) ? undefined : 'needs chromium (npm run setup:servers)';
const because = why === undefined ? '' : ` (${why})`;
const screenshots = 'test-results/page';
/** Checks, charts and the recovery watch are real work of the bot. */
const patience = 30_000;

const screens = [
  { name: 'desk', width: 1440, height: 900, isPhone: false },
  { name: 'phone', width: 390, height: 844, isPhone: true },
] as const;

/** Runs in the page: where the keyboard stands, by the name that the page itself uses, and how that is shown. */
const focusedStop = `(() => {
  const { id, dataset } = document.activeElement;
  const { outlineStyle, outlineWidth } = getComputedStyle(document.activeElement);
  const name = dataset.channel ?? dataset.person ?? dataset.fault ?? dataset.action ?? id;
  return { name, outline: outlineStyle + ' ' + outlineWidth };
})()`;

describe.skipIf(why !== undefined).each(screens)(`the training workspace on a $name${because}`, (screen) => {
  const complaints: string[] = [];
  let story: Story;
  let profile: string;
  let browser: BrowserContext;
  let page: Page;

  beforeAll(async () => {
    story = await startStory({ world: { fallsWithinMs: 2_000 } });
    const address = mountPage(story.company);
    profile = mkdtempSync(join(tmpdir(), 'acgs-page-'));
    browser = await openBrowser(profile, screen);
    page = browser.pages()[0] ?? (await browser.newPage());
    page.setDefaultTimeout(patience);
    page.on('console', (message) => {
      if (message.type() === 'error') complaints.push(message.text());
    });
    page.on('pageerror', (error) => complaints.push(error.message));
    await page.goto(address);
    await page.locator('#channel-name', { hasText: '#incidents' }).waitFor();
  }, 90_000);

  afterAll(async () => {
    await browser?.close();
    await story?.stop();
    if (profile !== undefined) rmSync(profile, { recursive: true, force: true });
  });

  test('a command is answered under the composer that "/" reaches', { timeout: 60_000 }, async () => {
    await page.keyboard.press('/');
    await page.keyboard.type('/acgs health');
    await page.keyboard.press('Enter');
    await page.locator('#messages .message').filter({ hasText: 'P99' }).first().waitFor();
    await look('health');
  });

  test('a fault is switched on where it can be seen to be on', async () => {
    await switchFault('cache-cold', true);
    if (screen.isPhone) expect(await page.locator('#open-panel').textContent()).toBe('Faults (1)');
  });

  test('a new incident channel is marked unread and opens at its card', { timeout: 60_000 }, async () => {
    await page.locator('#say').fill('/acgs incident latency');
    await page.keyboard.press('Enter');
    const entry = page.locator('#sidebar [data-channel^="inc-"]');
    await entry.locator('.count').waitFor({ state: 'attached' });
    await openSidebar();
    await look('unread');
    await entry.click();
    await page
      .locator('#messages .message', { hasText: /CRITICAL.*P99/ })
      .first()
      .waitFor();
    await theCard().locator('[data-action="open-thread"]').waitFor();
    await until('the card at the top, or as near as so few messages let it come', async () => {
      const [list, card] = await Promise.all([box(page.locator('#messages')), box(theCard())]);
      const atEnd = await page
        .locator('#messages')
        .evaluate((one) => one.scrollHeight - one.scrollTop - one.clientHeight < 2);
      return Math.abs(card.y - list.y) < 2 || (atEnd && card.y > list.y);
    });
    expect(await entry.locator('.count').count()).toBe(0);
    await look('card');
  });

  test('what the workspace itself says takes one line for the name and the words', async () => {
    const line = page.locator('.system', { hasText: 'has joined' }).first();
    await line.scrollIntoViewIfNeeded();
    expect((await box(line)).height).toBeLessThan(30);
    expect(await line.textContent()).toMatch(/^@\w+ has joined the channel$/);
  });

  test('nothing is wider than the page', async () => {
    expect(await page.evaluate('document.documentElement.scrollWidth - innerWidth')).toBe(0);
    const tooWide = await page.locator('#messages').evaluate((list) => list.scrollWidth - list.clientWidth);
    expect(tooWide).toBe(0);
  });

  test('the menu of the card is wholly on the screen, and Escape closes it', async () => {
    const menu = page.locator('.menu:popover-open');
    await theCard().locator('[data-action="acgs.more"]').click();
    const open = await box(menu);
    await look('menu');
    expect(open.y).toBeGreaterThanOrEqual(0);
    expect(open.y + open.height).toBeLessThanOrEqual(screen.height);
    expect(open.x + open.width).toBeLessThanOrEqual(screen.width);
    await page.keyboard.press('Escape');
    await menu.waitFor({ state: 'hidden' });
  });

  test('the thread opens at its newest reply, with charts that a click enlarges', { timeout: 60_000 }, async () => {
    await theCard().locator('[data-action="open-thread"]').click();
    const chart = page.locator('#replies .picture img').first();
    await chart.waitFor();
    await until('the chart to be drawn', () =>
      chart.evaluate((image: { naturalWidth: number }) => image.naturalWidth > 0),
    );
    await until('the newest reply in sight', () =>
      page.locator('#replies').evaluate((list) => list.scrollHeight - list.scrollTop - list.clientHeight < 40),
    );
    await look('thread');
    await page.locator('#replies .picture').last().click();
    const large = page.locator('dialog.picture img');
    await until('the large chart', () => large.evaluate((image: { naturalWidth: number }) => image.naturalWidth > 0));
    await look('chart');
    await page.keyboard.press('Escape');
    await large.waitFor({ state: 'detached' });
  });

  test('without a thread the channel takes its place, and the panel keeps to its column', async () => {
    if (screen.isPhone) await page.locator('#close-thread').click();
    else await page.keyboard.press('Escape');
    await page.locator('#thread').waitFor({ state: 'hidden' });
    if (screen.isPhone) return;
    const [main, panel] = await Promise.all([box(page.locator('main')), box(page.locator('#panel'))]);
    expect(panel.x).toBeCloseTo(main.x + main.width, 0);
    expect(panel.x + panel.width).toBeCloseTo(screen.width, 0);
  });

  test('acknowledging is one click', async () => {
    await theCard().locator('[data-action="acgs.acknowledge"]').click();
    await page.locator('[data-action="acgs.acknowledge"]').first().waitFor({ state: 'detached' });
    expect(await theCard().textContent()).toContain('rita');
  });

  test('when the fault is off the channel says RECOVERED', { timeout: 60_000 }, async () => {
    await switchFault('cache-cold', false);
    await page.locator('#messages .message', { hasText: 'RECOVERED' }).first().waitFor({ state: 'attached' });
    await look('recovered');
  });

  test('a channel is found again where its reader left it', async () => {
    const list = page.locator('#messages');
    await list.evaluate((one) => one.scrollTo(0, 10));
    await openChannel('general');
    await page.locator('#channel-name', { hasText: '#general' }).waitFor();
    await openChannel('inc-');
    await theCard().waitFor();
    expect(Math.abs((await list.evaluate((one) => one.scrollTop)) - 10)).toBeLessThan(8);
  });

  test('the modal resolves it, and the report is read in the page', { timeout: 60_000 }, async () => {
    await theCard().locator('[data-action="acgs.resolve"]').click();
    await page.locator('dialog.view textarea').fill('the cache was warmed by hand');
    await look('modal');
    await page.locator('dialog.view [type="submit"]').click();
    await page.locator('dialog.view').waitFor({ state: 'detached' });
    const file = page.locator('#messages .file', { hasText: /\.md|report|post-mortem/i }).last();
    await file.locator('[data-file]').click();
    const report = page.locator('dialog.file-text');
    await report.locator('pre', { hasText: '## Timeline' }).waitFor();
    expect(await report.textContent()).toContain('the cache was warmed by hand');
    const download = report.getByRole('link', { name: 'Download' });
    const answer = await page.request.get(new URL((await download.getAttribute('href')) ?? '', page.url()).href);
    expect(answer.headers()['content-type']).toBe('text/markdown; charset=utf-8');
    await look('report');
    await page.keyboard.press('Escape');
    await report.waitFor({ state: 'detached' });
    await look('resolved');
  });

  test('one switch makes it dark, and a reload remembers', async () => {
    const paper = () => page.evaluate('getComputedStyle(document.body).backgroundColor');
    expect(await paper()).toBe('rgb(255, 255, 255)');
    await page.locator('#appearance').selectOption('dark');
    expect(await paper()).toBe('rgb(26, 29, 33)');
    await page.reload();
    await openChannel('inc-');
    await theCard().waitFor();
    expect(await paper()).toBe('rgb(26, 29, 33)');
    await look('dark');
    await theCard().locator('[data-action="open-thread"]').click();
    await look('dark-thread');
    await page.keyboard.press('Escape');
  });

  test('Tab reaches everything in the order of the page, and each stop is visible', async () => {
    await page.reload();
    await page.locator('#messages .message').first().waitFor();
    const stops: string[] = [];
    for (let step = 0; step < 80 && !stops.includes('slack-down'); step += 1) {
      await page.keyboard.press('Tab');
      const { name, outline } = await page.evaluate<{ name: string; outline: string }>(focusedStop);
      expect(outline, name).not.toMatch(/none|0px/);
      stops.push(name);
      if (screen.isPhone && name === 'say') break;
    }
    const phone = ['appearance', 'open-sidebar', 'open-panel', 'messages', 'open-thread', 'say'];
    const desk = ['appearance', 'general', 'rita', 'messages', 'open-thread', 'say', 'cache-cold', 'slack-down'];
    const wanted = screen.isPhone ? phone : desk;
    expect(stops.filter((stop) => wanted.includes(stop))).toEqual(wanted);
  });

  test('another person is shown with their role and sees what they have not read', async () => {
    await openChannel('inc-');
    await openSidebar();
    const omar = page.locator('#sidebar [data-person="omar"]');
    expect(await omar.textContent()).toContain('approver');
    await omar.click();
    await page.locator('#me', { hasText: 'omar' }).waitFor();
    await page.locator('#sidebar [data-channel="incidents"] .count').waitFor({ state: 'attached' });
    expect(await page.locator('#my-role').textContent()).toContain('approver');
  });

  test('the browser had nothing to complain about', () => {
    expect(complaints).toEqual([]);
  });

  const theCard = () => page.locator('#messages .message', { has: page.locator('.block.header') }).first();

  async function look(moment: string): Promise<void> {
    await page.screenshot({ path: `${screenshots}/${screen.name}-${moment}.png` });
  }

  async function openSidebar(): Promise<void> {
    if (screen.isPhone) await page.locator('#open-sidebar').click();
  }

  async function openChannel(beginning: string): Promise<void> {
    await openSidebar();
    await page.locator(`#sidebar [data-channel^="${beginning}"]`).click();
  }

  async function switchFault(fault: string, on: boolean): Promise<void> {
    if (screen.isPhone) await page.locator('#open-panel').click();
    await page.locator(`[data-fault="${fault}"]`).setChecked(on);
    await until('the fault in the company', () => story.world.state().faults.find(({ id }) => id === fault)?.on === on);
    await look(`faults-${on ? 'on' : 'off'}`);
    if (screen.isPhone) await page.keyboard.press('Escape');
  }
});

function openBrowser(
  profile: string,
  { width, height, isPhone }: { readonly width: number; readonly height: number; readonly isPhone: boolean },
): Promise<BrowserContext> {
  return chromium.launchPersistentContext(profile, {
    executablePath: program,
    args: [
      '--no-sandbox',
      '--disable-gpu',
      '--disable-quic',
      '--no-first-run',
      '--disable-background-networking',
      '--disable-component-update',
      '--disable-sync',
    ],
    viewport: { width, height },
    hasTouch: isPhone,
    colorScheme: 'light',
  });
}

async function box(element: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  const found = await element.boundingBox();
  if (found === null) throw new Error('the element is not on the page');
  return found;
}
