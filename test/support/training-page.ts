// The training page in Debian's Chromium, as a person has it before them: opened, clicked, photographed, and judged for barriers.

import { existsSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { createRequire } from 'node:module';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type BrowserContext, chromium, type Locator, type Page } from 'playwright-core';
import { until } from './story.ts';

const program = '/usr/bin/chromium';
const pictures = 'test-results/page';
/** Checks, charts and the recovery watch are real work of the bot, on whatever machine this is. */
export const patience = 40_000;

export interface Screen {
  readonly name: 'desk' | 'phone';
  readonly width: number;
  readonly height: number;
  readonly isPhone: boolean;
}

export const screens: readonly Screen[] = [
  { name: 'desk', width: 1440, height: 900, isPhone: false },
  { name: 'phone', width: 390, height: 844, isPhone: true },
];

/** For a test to skip by name; `undefined` when the browser is here. */
export const whyNoChromium = existsSync(program) ? undefined : 'needs chromium (npm run setup:servers)';

export interface TrainingPage {
  readonly page: Page;
  /** Errors of the browser's console and of the page's scripts. */
  readonly complaints: string[];
  /** What axe found serious or critical, as `moment: rule: element`. */
  readonly barriers: string[];
  /** The pinned card of the open channel. */
  card(): Locator;
  /** Takes a picture under test-results, and looks for barriers. */
  look(moment: string): Promise<void>;
  openSidebar(): Promise<void>;
  /** By the beginning of the channel's name. */
  openChannel(beginning: string): Promise<void>;
  /** Where the panel is a drawer, opens it; `closePanel` is its counterpart. */
  openPanel(): Promise<void>;
  closePanel(): Promise<void>;
  become(person: string): Promise<void>;
  close(): Promise<void>;
}

export async function openTrainingPage(address: string, screen: Screen): Promise<TrainingPage> {
  const profile = mkdtempSync(join(tmpdir(), 'acgs-page-'));
  const browser = await launch(profile, screen);
  const page = browser.pages()[0] ?? (await browser.newPage());
  page.setDefaultTimeout(patience);
  const complaints: string[] = [];
  const barriers: string[] = [];
  page.on('console', (message) => {
    if (message.type() === 'error') complaints.push(message.text());
  });
  page.on('pageerror', (error) => complaints.push(error.message));
  await page.goto(address);
  await page.locator('#channel-name', { hasText: '#incidents' }).waitFor();
  const openSidebar = async () => {
    if (screen.isPhone) await page.locator('#open-sidebar').click();
  };
  return {
    page,
    complaints,
    barriers,
    card: () => page.locator('#messages .message.pinned').first(),
    async look(moment) {
      await page.screenshot({ path: `${pictures}/${screen.name}-${moment}.png` });
      barriers.push(...(await barriersOf(page)).map((barrier) => `${moment}: ${barrier}`));
    },
    openSidebar,
    async openChannel(beginning) {
      await openSidebar();
      await page.locator(`#sidebar [data-channel^="${beginning}"]`).click();
    },
    async openPanel() {
      if (screen.isPhone) await page.locator('#open-panel').click();
    },
    async closePanel() {
      if (screen.isPhone) await page.locator('#close-panel').click();
    },
    async become(person) {
      await openSidebar();
      await page.locator(`#sidebar [data-person="${person}"]`).click();
      await page.locator('#me', { hasText: person }).waitFor();
    },
    async close() {
      await browser.close();
      rmSync(profile, { recursive: true, force: true });
    },
  };
}

function launch(profile: string, { width, height, isPhone }: Screen): Promise<BrowserContext> {
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

const require = createRequire(import.meta.url);
const axe = require.resolve('axe-core/axe.min.js');

/** WCAG 2 A and AA by axe; only what it calls serious or critical. */
async function barriersOf(page: Page): Promise<readonly string[]> {
  if (!(await page.evaluate('"axe" in window'))) await page.evaluate(readFileSync(axe, 'utf8'));
  return page.evaluate<readonly string[]>(`axe.run(document, { resultTypes: ['violations'] }).then(({ violations }) =>
    violations
      .filter(({ impact }) => impact === 'serious' || impact === 'critical')
      .flatMap(({ id, nodes }) => nodes.map(({ target, any }) => id + ': ' + target.join(' ') + ' ' + (any[0]?.message ?? ''))),
  )`);
}

/** Where an element stands on the screen, once it no longer moves: the page may be about to draw it anew. */
export async function boxOf(element: Locator): Promise<{ x: number; y: number; width: number; height: number }> {
  let before = '';
  return until('an element that stays where it is', async () => {
    const found = await element.boundingBox();
    const now = JSON.stringify(found);
    const stays = found !== null && now === before;
    before = now;
    return stays && found;
  });
}

/** Everything that a finger may press and that is smaller than 44 by 44 CSS pixels; links inside of text are excepted. */
export function smallTargets(page: Page): Promise<readonly string[]> {
  return page.evaluate<readonly string[]>(`(() => {
    const pressed = 'button, select, summary, input:not([type="checkbox"], [type="radio"]), label:has(> input), a.kit-button';
    return [...document.querySelectorAll(pressed)]
      .filter((one) => one.checkVisibility() && !one.closest('[inert]'))
      .map((one) => [one, one.getBoundingClientRect()])
      .filter(([, { width, height }]) => width > 0 && (height < 43.5 || width < 43.5))
      .map(([one, { width, height }]) => one.outerHTML.slice(0, 90) + ' ' + Math.round(width) + '×' + Math.round(height));
  })()`);
}

/** An image has arrived and was decoded. */
export async function untilDrawn(image: Locator): Promise<void> {
  await image.waitFor();
  await until('the picture to be drawn', () =>
    image.evaluate((one: { readonly naturalWidth: number }) => one.naturalWidth > 0),
  );
}
