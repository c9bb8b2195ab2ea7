// The letters of the charts: Inter, from the project's own packages.

import { fileURLToPath } from 'node:url';

/** Paths of the font files, one for each script and weight. */
export function fontFiles(): readonly string[] {
  return ['latin', 'latin-ext', 'cyrillic', 'greek'].flatMap((subset) =>
    [400, 600].map((weight) =>
      fileURLToPath(import.meta.resolve(`@fontsource/inter/files/inter-${subset}-${weight}-normal.woff2`)),
    ),
  );
}
