// Reads and judges the content of a message (text, blocks, attachments, metadata) before anything is stored.
import { type Args, invalidBlocks, type Refusal, refuse, textArg } from './answers.ts';
import { normaliseBlocks } from './block-kit/normalise.ts';
import { isObject } from './block-kit/schema.ts';
import { type ImageSource, validateMessageBlocks } from './block-kit/validate.ts';
import { lintMessage } from './hygiene.ts';
import type { PretendMessage, SlackObject } from './records.ts';
import { secret, type WorkspaceState } from './state.ts';

export interface Content {
  readonly kind: 'content';
  readonly text: string;
  readonly blocks?: readonly SlackObject[];
  readonly attachments?: readonly SlackObject[];
  readonly metadata?: NonNullable<PretendMessage['metadata']>;
  readonly warnings: readonly string[];
}

const maxText = 40_000;
const maxMarkdown = 12_000;
const maxAttachments = 100;
/** Slack documents `metadata_too_large` without a number; event payloads beyond this are surely misuse. */
const maxMetadata = 16_000;

/** @param where names the call in findings */
export function readContent(args: Args, state: WorkspaceState, where: string): Content | Refusal {
  const markdown = textArg(args, 'markdown_text');
  const given = textArg(args, 'text');
  if (markdown !== undefined && (given !== undefined || args.blocks !== undefined))
    return refuse('markdown_text_conflict');
  if (markdown !== undefined && markdown.length > maxMarkdown) return refuse('msg_too_long');
  const blocks = args.blocks;
  const attachments = Array.isArray(args.attachments) ? args.attachments.filter(isObject) : undefined;
  if (attachments && attachments.length > maxAttachments) return refuse('too_many_attachments');
  if (blocks !== undefined && !Array.isArray(blocks)) return refuse('invalid_blocks_format');
  const hasMore = (blocks?.length ?? 0) > 0 || (attachments?.length ?? 0) > 0;
  const text = given ?? markdown ?? '';
  if (text === '' && !hasMore) return refuse('no_text');

  const violations = [
    ...(blocks ? validateMessageBlocks(blocks, imagesOf(state)) : []),
    ...(attachments ?? []).flatMap((one, index) => attachmentViolations(one, index, state)),
  ];
  if (violations.length > 0) return invalidBlocks(violations);
  const metadata = readMetadata(args.metadata);
  if (metadata && 'ok' in metadata) return metadata;
  lintMessage(state, where, { ...args, text });
  const warnings = [
    ...(text.length > maxText ? ['message_truncated'] : []),
    ...(text === '' && hasMore ? ['missing_text_in_message'] : []),
  ];
  return {
    kind: 'content',
    text: text.slice(0, maxText),
    ...(blocks && blocks.length > 0 ? { blocks: normaliseBlocks(blocks, () => secret(5)) } : {}),
    ...(attachments && attachments.length > 0 ? { attachments } : {}),
    ...(metadata ? { metadata } : {}),
    warnings,
  };
}

/** What blocks may show: files of this workspace that are processed, and hosts declared reachable. */
export function imagesOf(state: WorkspaceState): ImageSource {
  return {
    canDownload(url) {
      if (!URL.canParse(url)) return false;
      const { protocol, hostname } = new URL(url);
      return protocol === 'https:' && (state.options.reachableImageHosts ?? []).includes(hostname);
    },
    canUseFile(reference) {
      const record = [...state.files.values()].find(
        ({ file }) => file.id === reference.id || fileUrl(state, file.id, file.name) === reference.url,
      );
      const usable = record?.completed && state.now() >= record.usableAt;
      return usable === true && /^image\/(png|jpeg|gif)$/.test(record?.file.mimetype ?? '');
    },
  };
}

export function fileUrl(state: WorkspaceState, id: string, name: string): string {
  return `${state.url}/files-pri/${state.team.id}-${id}/${encodeURIComponent(name)}`;
}

function attachmentViolations(attachment: SlackObject, index: number, state: WorkspaceState) {
  if (attachment.blocks === undefined) return [];
  return validateMessageBlocks(attachment.blocks, imagesOf(state)).map((one) => ({
    ...one,
    pointer: `/attachments/${index}${one.pointer}`,
  }));
}

function readMetadata(value: unknown): PretendMessage['metadata'] | Refusal | undefined {
  if (value === undefined) return undefined;
  if (!isObject(value)) return refuse('invalid_metadata_format');
  if (Object.keys(value).length === 0) return undefined;
  const { event_type: type, event_payload: payload } = value;
  if (typeof type !== 'string' || type === '' || !isObject(payload)) return refuse('invalid_metadata_schema');
  if (JSON.stringify(payload).length > maxMetadata) return refuse('metadata_too_large');
  return { event_type: type, event_payload: payload };
}
