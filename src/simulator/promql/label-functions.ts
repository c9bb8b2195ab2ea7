// Functions that are about labels: label_replace, absent and absent_over_time.
import { matrixArgument, type PromqlFunction, stringArgument, vector, vectorArgument } from './call.ts';
import { dropLabels, METRIC_NAME, withLabel } from './labels.ts';
import { ExecutionRefusal } from './refusal.ts';
import { type Labels, wholeMatchPattern } from './series.ts';
import { type Expression, unwrapped } from './syntax.ts';

const LABEL_NAME = /^[a-zA-Z_][a-zA-Z0-9_]*$/;

export const LABEL_FUNCTIONS = {
  label_replace: {
    takes: ['vector', 'string', 'string', 'string', 'string'],
    returns: 'vector',
    apply: (site) => {
      const [target, replacement, from] = [stringArgument(site, 1), stringArgument(site, 2), stringArgument(site, 3)];
      const pattern = patternOf(stringArgument(site, 4));
      if (!LABEL_NAME.test(target)) {
        throw new ExecutionRefusal(`invalid destination label name in label_replace(): ${target}`);
      }
      return vector(
        vectorArgument(site, 0).map((sample) => {
          const match = pattern.exec(sample.labels[from] ?? '');
          if (match === null) return sample;
          return { labels: withLabel(sample.labels, target, expand(replacement, match)), value: sample.value };
        }),
      );
    },
  },
  absent: {
    takes: ['vector'],
    returns: 'vector',
    apply: (site) => vector(vectorArgument(site, 0).length > 0 ? [] : [theAbsentOne(site.written[0])]),
  },
  absent_over_time: {
    takes: ['matrix'],
    returns: 'vector',
    apply: (site) => {
      const isThere = matrixArgument(site, 0).series.some(({ samples }) => samples.length > 0);
      return vector(isThere ? [] : [theAbsentOne(site.written[0])]);
    },
  },
} satisfies Readonly<Record<string, PromqlFunction>>;

function patternOf(source: string): RegExp {
  try {
    return wholeMatchPattern(source);
  } catch {
    throw new ExecutionRefusal(`invalid regular expression in label_replace(): ${source}`);
  }
}

/** Fills `$1`, `$name`, `${1}` and `$$` in as Go does: a name takes all letters, digits and `_` that follow. */
function expand(template: string, match: RegExpExecArray): string {
  return template.replace(/\$(?:\$|\{(\w+)\}|(\w+))/g, (whole, braced?: string, bare?: string) => {
    if (whole === '$$') return '$';
    const name = braced ?? bare ?? '';
    return (/^\d+$/.test(name) ? match[Number(name)] : match.groups?.[name]) ?? '';
  });
}

/** Says 1 for a series that should be there, with the labels that the selector is sure of. */
function theAbsentOne(written: Expression | undefined): { readonly labels: Labels; readonly value: number } {
  const expression = written === undefined ? undefined : unwrapped(written);
  const selector = expression?.kind === 'range' ? expression.selector : expression;
  if (selector?.kind !== 'selector') return { labels: {}, value: 1 };
  let labels: Labels = {};
  const seen = new Set<string>();
  for (const { name, op, value } of selector.matchers) {
    if (name === METRIC_NAME) continue;
    // A label asked for twice, or by anything but equality, is not known.
    labels = op === '=' && !seen.has(name) ? withLabel(labels, name, value) : dropLabels(labels, [name]);
    if (op === '=') seen.add(name);
  }
  return { labels, value: 1 };
}
