// What a PNG says about itself in its first 24 bytes.

import type { Picture } from '../core/chart.ts';

const signature = [0x89, 0x50, 0x4e, 0x47, 0x0d, 0x0a, 0x1a, 0x0a];

/** The picture with its size in pixels, or undefined when the bytes are not a PNG. */
export function pictureFrom(bytes: Uint8Array): Picture | undefined {
  if (bytes.length < 24 || signature.some((byte, index) => bytes[index] !== byte)) return undefined;
  const header = new DataView(bytes.buffer, bytes.byteOffset, 24);
  return { png: bytes, width: header.getUint32(16), height: header.getUint32(20) };
}
