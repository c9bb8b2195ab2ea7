// Tables and charts of Block Kit; where the docs' versions differ, the smaller limit (facts: 101 rows, 10,000 characters, 6 series).
import { richTextValue } from './rich-text.ts';
import {
  choice,
  flag,
  isObject,
  list,
  nullable,
  number,
  object,
  type Relation,
  type Rule,
  text,
  variants,
  whole,
} from './schema.ts';

const rawCells = {
  raw_text: object({ text: text(10_000) }),
  raw_number: object({ value: number() }, { text: text(255) }),
};
const richCell = richTextValue.kind === 'variants' ? richTextValue.by : {};
const cell: Rule = variants({ ...rawCells, ...richCell });

const allCellText: Relation = (value, pointer) =>
  JSON.stringify(value.rows).length > 0 && cellCharacters(value.rows) > 10_000
    ? [{ pointer: `${pointer}/rows`, message: 'must be less than 10001 characters' }]
    : [];

const equalRows: Relation = (value, pointer) => {
  const rows = Array.isArray(value.rows) ? value.rows : [];
  const width = rows[0]?.length;
  return rows.flatMap((row, index) =>
    row.length === width
      ? []
      : [{ pointer: `${pointer}/rows/${index}`, message: `must provide at least ${width} items` }],
  );
};

function cellCharacters(value: unknown): number {
  if (Array.isArray(value)) return value.reduce((sum: number, inner) => sum + cellCharacters(inner), 0);
  if (!isObject(value)) return 0;
  const own = typeof value.text === 'string' ? value.text.length : 0;
  return own + cellCharacters(value.elements);
}

export const tableBody = object(
  { rows: list(list(cell, 1, 20), 1, 100) },
  {
    block_id: text(255),
    column_settings: list(nullable(object({}, { align: choice('left', 'center', 'right'), is_wrapped: flag })), 1, 20),
  },
  allCellText,
);

export const dataTableBody = object(
  { caption: text(255), rows: list(list(cell, 1, 20), 2, 101) },
  { block_id: text(255), page_size: whole(1, 100), row_header_column_index: whole(0, 19) },
  (value, pointer) => [...allCellText(value, pointer), ...equalRows(value, pointer), ...plainHeader(value, pointer)],
);

function plainHeader(value: { readonly [property: string]: unknown }, pointer: string) {
  const header: readonly unknown[] = Array.isArray(value.rows) ? value.rows[0] : [];
  return header.flatMap((one, index) =>
    isObject(one) && one.type === 'rich_text'
      ? [{ pointer: `${pointer}/rows/0/${index}/type`, message: 'unsupported type: rich_text' }]
      : [],
  );
}

const point = object({ label: text(20), value: number() });
const series = list(object({ name: text(20), data: list(point, 1, 20) }), 1, 6);
const axes = object({ categories: list(text(20), 1, 20) }, { x_label: text(50), y_label: text(50) });
const plot = object({ series, axis_config: axes }, {}, (value, pointer) => {
  const lists = Array.isArray(value.series) ? value.series : [];
  const config = isObject(value.axis_config) ? value.axis_config : {};
  const wanted = JSON.stringify([...(Array.isArray(config.categories) ? config.categories : [])].sort());
  return lists.flatMap((one, index) => {
    const labels = one.data.map((each: { label: string }) => each.label).sort();
    return JSON.stringify(labels) === wanted
      ? []
      : [{ pointer: `${pointer}/series/${index}/data`, message: 'must match the categories' }];
  });
});

export const chartBody = object(
  {
    title: text(50),
    chart: variants({
      pie: object({ segments: list(object({ label: text(20), value: number(Number.MIN_VALUE) }), 1, 6) }),
      line: plot,
      bar: plot,
      area: plot,
    }),
  },
  { block_id: text(255) },
);
