// Judges blocks and views as the pretend Slack does, plus the length that Slack does not document for rich_text.

import type { AnyBlock, ModalView } from '@slack/types';
import { validateMessageBlocks, validateView } from '../../src/simulator/slack/block-kit/validate.ts';

const anyImage = { canDownload: () => true, canUseFile: () => true };
const richTextLimit = 3_000;

/** Every problem as a sentence; of the whole view when one is given. */
export function problemsOfBlocks(blocks: readonly AnyBlock[], view?: ModalView): readonly string[] {
  const found = view === undefined ? validateMessageBlocks(blocks, anyImage) : validateView(view, anyImage);
  const long = blocks.flatMap((block, position) => {
    const length = block.type === 'rich_text' ? textLength(block) : 0;
    return length > richTextLimit ? [`block ${position} holds ${length} characters of rich text`] : [];
  });
  return [...found.map((one) => `${one.pointer}: ${one.message}`), ...long];
}

function textLength(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, one) => sum + textLength(one), 0);
  if (typeof value !== 'object' || value === null) return 0;
  const own = 'type' in value && value.type === 'text' && 'text' in value ? String(value.text).length : 0;
  return (
    own + Object.values(value).reduce((sum: number, one) => sum + (typeof one === 'object' ? textLength(one) : 0), 0)
  );
}
