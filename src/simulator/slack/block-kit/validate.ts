// Judges the blocks of a message and whole views as Slack does: every violation at once, each with its JSON pointer.
import { blockRule } from './blocks.ts';
import { plainText } from './composition.ts';
import type { Surface } from './elements.ts';
import { check, flag, isObject, list, object, text, type Violation } from './schema.ts';

export type { Violation } from './schema.ts';

/** What only the workspace knows about images. */
export interface ImageSource {
  canDownload(url: string): boolean;
  canUseFile(reference: { readonly id?: unknown; readonly url?: unknown }): boolean;
}

/** @returns every violation of a message's blocks; pointers start with `/blocks` */
export function validateMessageBlocks(blocks: unknown, images: ImageSource): readonly Violation[] {
  const found = check(list(blockRule('message'), 0, 50), blocks, '/blocks');
  if (!Array.isArray(blocks)) return found;
  return [...found, ...wholePayload(blocks, '/blocks', 'message', images)];
}

/** @returns every violation of a view; pointers start with `/view`, the parent's line comes first */
export function validateView(view: unknown, images: ImageSource): readonly Violation[] {
  const found = viewViolations(view, images);
  if (found.length === 0) return [];
  return [{ pointer: '/view', message: 'failed to match all allowed schemas' }, ...found];
}

function viewViolations(view: unknown, images: ImageSource): readonly Violation[] {
  if (!isObject(view)) return [{ pointer: '/view', message: 'must provide an object' }];
  const { type, ...body } = view;
  if (type === undefined) return [{ pointer: '/view', message: 'missing required field: type' }];
  if (type !== 'modal' && type !== 'home') {
    return [{ pointer: '/view/type', message: `unsupported type: ${String(type)}` }];
  }
  const found = check(viewRule(type), body, '/view');
  if (!Array.isArray(body.blocks)) return found;
  return [...found, ...wholePayload(body.blocks, '/view/blocks', type, images), ...missingSubmit(type, body)];
}

function viewRule(type: 'modal' | 'home') {
  const shared = { private_metadata: text(3000, 0), callback_id: text(255, 0), external_id: text(255, 0) };
  const blocks = list(blockRule(type), 1, 100);
  if (type === 'home') return object({ blocks }, shared);
  return object(
    { title: plainText(24), blocks },
    {
      ...shared,
      submit: plainText(24),
      close: plainText(24),
      clear_on_close: flag,
      notify_on_close: flag,
      submit_disabled: flag,
    },
  );
}

function missingSubmit(type: string, view: { readonly [property: string]: unknown }): readonly Violation[] {
  if (type !== 'modal' || view.submit !== undefined || !Array.isArray(view.blocks)) return [];
  const input = view.blocks.findIndex((block) => isObject(block) && block.type === 'input');
  if (input < 0) return [];
  return [
    { pointer: `/view/blocks/${input}/input`, message: 'must define `submit` to use an `input` block in modals' },
  ];
}

function wholePayload(
  blocks: readonly unknown[],
  pointer: string,
  surface: Surface,
  images: ImageSource,
): readonly Violation[] {
  return [
    ...repeatedBlockIds(blocks, pointer),
    ...blocks.flatMap((block, index) => repeatedActionIds(block, `${pointer}/${index}`)),
    ...counted(blocks, pointer, surface),
    ...unusableImages(blocks, pointer, images),
  ];
}

function repeatedBlockIds(blocks: readonly unknown[], pointer: string): readonly Violation[] {
  const seen = new Set<unknown>();
  return blocks.flatMap((block, index) => {
    if (!isObject(block) || block.block_id === undefined) return [];
    if (!seen.has(block.block_id)) {
      seen.add(block.block_id);
      return [];
    }
    return [{ pointer: `${pointer}/${index}/block_id`, message: `\`block_id\` "${block.block_id}" already exists` }];
  });
}

function repeatedActionIds(block: unknown, pointer: string): readonly Violation[] {
  if (!isObject(block) || !Array.isArray(block.elements)) return [];
  const seen = new Set<unknown>();
  return block.elements.flatMap((element, index) => {
    if (!isObject(element) || element.action_id === undefined) return [];
    if (!seen.has(element.action_id)) {
      seen.add(element.action_id);
      return [];
    }
    const at = `${pointer}/elements/${index}/action_id`;
    return [{ pointer: at, message: `\`action_id\` "${element.action_id}" already exists` }];
  });
}

function counted(blocks: readonly unknown[], pointer: string, surface: Surface): readonly Violation[] {
  const ofType = (...types: readonly string[]) =>
    blocks.filter((block) => isObject(block) && types.includes(String(block.type)));
  const found: Violation[] = [];
  const markdown = ofType('markdown').map((block) => (isObject(block) ? String(block.text) : ''));
  if (markdown.join('').length > 12_000) found.push({ pointer, message: 'must be less than 12001 characters' });
  const expanded = blocks.length - markdown.length + markdown.reduce((sum, source) => sum + expandedBlocks(source), 0);
  const max = surface === 'message' ? 50 : 100;
  if (blocks.length <= max && expanded > max) found.push({ pointer, message: `no more than ${max} items allowed` });
  if (ofType('table', 'data_table').length > 1) found.push({ pointer, message: 'only_one_table_allowed' });
  if (ofType('data_visualization').length > 2) found.push({ pointer, message: 'no more than 2 items allowed' });
  const focused = (JSON.stringify(blocks).match(/"focus_on_load":true/g) ?? []).length;
  if (focused > 1) found.push({ pointer, message: 'only one element may set `focus_on_load`' });
  return found;
}

/** Slack turns each heading and each rule of a markdown block into a block of its own, the text between into one. */
export function expandedBlocks(markdown: string): number {
  let count = 0;
  let inText = false;
  for (const line of markdown.split('\n')) {
    const alone = /^#{1,6}\s/.test(line) || /^---+\s*$/.test(line);
    if (alone) count += 1;
    else if (line.trim() !== '' && !inText) count += 1;
    inText = !alone && (inText || line.trim() !== '');
  }
  return count;
}

function unusableImages(value: unknown, pointer: string, images: ImageSource): readonly Violation[] {
  if (Array.isArray(value))
    return value.flatMap((inner, index) => unusableImages(inner, `${pointer}/${index}`, images));
  if (!isObject(value)) return [];
  const own: Violation[] = [];
  if (typeof value.image_url === 'string' && !images.canDownload(value.image_url)) {
    own.push({ pointer: `${pointer}/image_url`, message: 'downloading image failed' });
  }
  if (isObject(value.slack_file) && !images.canUseFile(value.slack_file)) {
    own.push({ pointer: `${pointer}/slack_file`, message: 'invalid slack file' });
  }
  const inner = Object.entries(value).flatMap(([name, child]) =>
    name === 'slack_file' ? [] : unusableImages(child, `${pointer}/${name}`, images),
  );
  return [...own, ...inner];
}
