// Uploading: a picture that only a block will show, and a file that a channel gets.

import { anyAnswer, fileAnswer, ticketAnswer } from '../answers.ts';
import { isRefusal, refusedWith } from '../failures.ts';
import { refKeys } from '../ids.ts';
import type { Attempt, Place } from '../posting.ts';
import { keep, type Publishing } from '../publishing.ts';

interface Upload {
  /** Incident or review, and the evidence that the file shows: together they name the file for later attempts. */
  readonly subject: string;
  readonly evidence: string;
  readonly filename: string;
  readonly title: string;
  readonly bytes: Uint8Array;
}

/** Uploads for a block and keeps the file's id. A second upload after a doubt is seen by nobody. */
export async function uploadUnshared(p: Publishing, attempt: Attempt, upload: Upload): Promise<string> {
  const file = await send(p, upload);
  await p.api.call('files.completeUploadExternal', { files: [{ id: file, title: upload.title }] }, anyAnswer);
  attempt.touched = true;
  await keep(p, upload.subject, refKeys.file(upload.evidence), file);
  return file;
}

/** Uploads and shares. The id is kept before the share, so that a doubtful share is looked up and not repeated. */
export async function shareOnce(
  p: Publishing,
  attempt: Attempt,
  upload: Upload,
  place: Place,
  comment: string,
): Promise<void> {
  const known = await p.store.faceRef(upload.subject, refKeys.file(upload.evidence));
  if (known !== undefined && (await isShared(p, known))) return;
  const file = await send(p, upload);
  await keep(p, upload.subject, refKeys.file(upload.evidence), file);
  attempt.touched = true;
  const thread = place.thread === undefined ? {} : { thread_ts: place.thread };
  const args = {
    files: [{ id: file, title: upload.title }],
    channel_id: place.channel,
    initial_comment: comment,
    ...thread,
  };
  await p.api.call('files.completeUploadExternal', args, anyAnswer);
}

/** An upload that was never completed is unknown to files.info. A completed one was shared in the same call. */
async function isShared(p: Publishing, file: string): Promise<boolean> {
  try {
    await p.api.call('files.info', { file }, fileAnswer);
    return true;
  } catch (error) {
    if (refusedWith(error, 'file_not_found', 'file_deleted')) return false;
    if (!isRefusal(error)) throw error;
    p.log.warn({ file, why: error.failure.why }, 'cannot look whether a file was shared; it is taken as shared');
    return true;
  }
}

async function send(p: Publishing, upload: Upload): Promise<string> {
  const args = { filename: upload.filename, length: upload.bytes.length };
  const ticket = await p.api.call('files.getUploadURLExternal', args, ticketAnswer);
  await p.api.upload(ticket.upload_url, upload.bytes);
  return ticket.file_id;
}
