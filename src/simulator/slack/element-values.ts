// What a person's entry into an element becomes in a payload: `value`, `selected_option`, `selected_user` and so on.
import { isObject } from './block-kit/schema.ts';
import type { SlackObject } from './records.ts';

const singleIds: { readonly [type: string]: string } = {
  users_select: 'user',
  conversations_select: 'conversation',
  channels_select: 'channel',
};

/** An element inside a block, with the block it stands in. */
export interface PlacedElement {
  readonly blockId: string;
  readonly block: SlackObject;
  readonly element: SlackObject;
}

/** Every element of the blocks that somebody can touch, in reading order. */
export function elementsIn(blocks: readonly SlackObject[]): readonly PlacedElement[] {
  return blocks.flatMap((block) => {
    const listed = block.type === 'actions' || block.type === 'context_actions' ? block.elements : block.actions;
    const own = [...(Array.isArray(listed) ? listed : []), block.accessory, block.element].filter(isObject);
    return own
      .filter((element) => element.type !== 'image')
      .map((element) => ({ blockId: String(block.block_id), block, element }));
  });
}

/**
 * The state of an element after an entry; `undefined` as entry means untouched, so its initial value counts.
 * @throws when the entry is impossible in Slack's client, such as an option that is not offered
 */
export function enteredValue(element: SlackObject, entry: unknown): SlackObject | undefined {
  const type = String(element.type);
  const untouched = entry === undefined;
  if (/^(plain_text|email_text|url_text|number)_input$/.test(type)) {
    const value = untouched ? element.initial_value : entry;
    return { type, value: value === undefined || value === null || value === '' ? null : String(value) };
  }
  if (['static_select', 'radio_buttons', 'external_select', 'overflow'].includes(type)) {
    const chosen = untouched ? element.initial_option : entry;
    return { type, selected_option: isEmpty(chosen) ? null : offered(element, chosen) };
  }
  if (['multi_static_select', 'multi_external_select', 'checkboxes'].includes(type)) {
    const chosen = listOf(untouched ? element.initial_options : entry);
    return { type, selected_options: chosen.map((one) => offered(element, one)) };
  }
  const id = singleIds[type.replace(/^multi_/, '')];
  if (id !== undefined && type.startsWith('multi_')) {
    return { type, [`selected_${id}s`]: listOf(untouched ? element[`initial_${id}s`] : entry) };
  }
  if (id !== undefined) return { type, [`selected_${id}`]: (untouched ? element[`initial_${id}`] : entry) ?? null };
  if (type === 'datepicker') return picked(type, 'date', untouched ? element.initial_date : entry, /^\d{4}-\d\d-\d\d$/);
  if (type === 'timepicker') return picked(type, 'time', untouched ? element.initial_time : entry, /^\d\d:\d\d$/);
  if (type === 'datetimepicker') {
    return picked(type, 'date_time', untouched ? element.initial_date_time : entry, /^\d{10}$/);
  }
  if (type === 'rich_text_input') return { type, rich_text_value: (untouched ? element.initial_value : entry) ?? null };
  if (type === 'file_input') return { type, files: listOf(entry) };
  return undefined;
}

/** Whether nothing is entered: a required input in that state keeps Slack's client from submitting. */
export function isBlank(value: SlackObject): boolean {
  const { type: _type, ...rest } = value;
  return Object.values(rest).every(isEmpty);
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === null || value === '' || (Array.isArray(value) && value.length === 0);
}

const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : isEmpty(value) ? [] : [value]);

function picked(type: string, what: string, value: unknown, shape: RegExp): SlackObject {
  if (isEmpty(value)) return { type, [`selected_${what}`]: null };
  if (!shape.test(String(value))) throw new Error(`a ${type} cannot hold "${String(value)}"`);
  return { type, [`selected_${what}`]: value };
}

function offered(element: SlackObject, wanted: unknown): SlackObject {
  const value = isObject(wanted) ? wanted.value : wanted;
  const groups = (Array.isArray(element.option_groups) ? element.option_groups : []).filter(isObject);
  const options = [element.options, ...groups.map((group) => group.options)].flatMap(listOf).filter(isObject);
  const found = options.find((option) => option.value === value);
  if (found) return found;
  if (String(element.type).includes('external')) return isObject(wanted) ? wanted : { value };
  const values = options.map((option) => `"${String(option.value)}"`).join(', ');
  throw new Error(`no option "${String(value)}" in ${String(element.action_id)}; it offers ${values}`);
}
