// The interactive elements of Block Kit: where each may stand and its limits (https://docs.slack.dev/reference/block-kit/block-elements).
import {
  actionId,
  anyText,
  confirmation,
  conversationFilter,
  dispatchActionConfig,
  option,
  optionGroup,
  overflowOption,
  placeholder,
  plainText,
  richOption,
  slackFile,
} from './composition.ts';
import { initialIsAnOption, minimumFirst } from './relations.ts';
import { richTextValue } from './rich-text.ts';
import {
  choice,
  every,
  exactlyOne,
  flag,
  list,
  matching,
  number,
  object,
  type Rule,
  text,
  variants,
  whole,
} from './schema.ts';

export type Surface = 'message' | 'modal' | 'home';
type Place = 'actions' | 'accessory' | 'input';

interface Element {
  readonly places: readonly Place[];
  readonly surfaces?: readonly Surface[];
  readonly rule: Rule;
}

const anywhere: readonly Place[] = ['actions', 'accessory', 'input'];
const action = { action_id: actionId };
const focus = { focus_on_load: flag };
const ask = { confirm: confirmation };
const hint = { placeholder };
const bounded = { max_selected_items: whole(1, 100) };
const selects = { ...action, ...hint, ...ask, ...focus };
const multi = { ...selects, ...bounded };
const optionLists = { options: list(option, 1, 100), option_groups: list(optionGroup, 1, 100) };

const oneList = exactlyOne('options', 'option_groups');
const elements: { readonly [type: string]: Element } = {
  button: {
    places: ['actions', 'accessory'],
    rule: object(
      { text: plainText(75) },
      {
        ...action,
        ...ask,
        value: text(2000),
        url: text(3000),
        style: choice('primary', 'danger'),
        accessibility_label: text(75),
      },
    ),
  },
  overflow: {
    places: ['actions', 'accessory'],
    rule: object({ options: list(overflowOption, 1, 5) }, { ...action, ...ask }),
  },
  static_select: {
    places: anywhere,
    rule: object(
      {},
      { ...selects, ...optionLists, initial_option: option },
      every(oneList, initialIsAnOption('initial_option')),
    ),
  },
  multi_static_select: {
    places: anywhere,
    rule: object(
      {},
      { ...multi, ...optionLists, initial_options: list(option, 1, 100) },
      every(oneList, initialIsAnOption('initial_options')),
    ),
  },
  external_select: {
    places: anywhere,
    rule: object({}, { ...selects, initial_option: option, min_query_length: whole(0, 3000) }),
  },
  multi_external_select: {
    places: anywhere,
    rule: object({}, { ...multi, initial_options: list(option, 1, 100), min_query_length: whole(0, 3000) }),
  },
  users_select: { places: anywhere, rule: object({}, { ...selects, initial_user: text(255) }) },
  multi_users_select: { places: anywhere, rule: object({}, { ...multi, initial_users: list(text(255), 1, 100) }) },
  conversations_select: {
    places: anywhere,
    rule: object(
      {},
      {
        ...selects,
        initial_conversation: text(255),
        default_to_current_conversation: flag,
        response_url_enabled: flag,
        filter: conversationFilter,
      },
    ),
  },
  multi_conversations_select: {
    places: anywhere,
    rule: object(
      {},
      {
        ...multi,
        initial_conversations: list(text(255), 1, 100),
        default_to_current_conversation: flag,
        filter: conversationFilter,
      },
    ),
  },
  channels_select: {
    places: anywhere,
    rule: object({}, { ...selects, initial_channel: text(255), response_url_enabled: flag }),
  },
  multi_channels_select: {
    places: anywhere,
    rule: object({}, { ...multi, initial_channels: list(text(255), 1, 100) }),
  },
  checkboxes: {
    places: anywhere,
    rule: object(
      { options: list(richOption, 1, 10) },
      { ...action, ...ask, ...focus, initial_options: list(richOption, 1, 10) },
      initialIsAnOption('initial_options'),
    ),
  },
  radio_buttons: {
    places: anywhere,
    rule: object(
      { options: list(richOption, 1, 10) },
      { ...action, ...ask, ...focus, initial_option: richOption },
      initialIsAnOption('initial_option'),
    ),
  },
  datepicker: {
    places: anywhere,
    rule: object({}, { ...selects, initial_date: matching(/^\d{4}-(0[1-9]|1[0-2])-(0[1-9]|[12]\d|3[01])$/) }),
  },
  timepicker: {
    places: anywhere,
    rule: object({}, { ...selects, initial_time: matching(/^([01]\d|2[0-3]):[0-5]\d$/), timezone: text(255) }),
  },
  datetimepicker: {
    places: ['actions', 'input'],
    surfaces: ['message', 'modal'],
    rule: object({}, { ...action, ...ask, ...focus, initial_date_time: whole(1_000_000_000, 9_999_999_999) }),
  },
  plain_text_input: {
    places: ['input'],
    rule: object(
      {},
      {
        ...action,
        ...hint,
        ...focus,
        initial_value: text(3000, 0),
        multiline: flag,
        min_length: whole(0, 3000),
        max_length: whole(1, 3000),
        dispatch_action_config: dispatchActionConfig,
      },
      minimumFirst('min_length', 'max_length'),
    ),
  },
  rich_text_input: {
    places: ['input'],
    surfaces: ['modal', 'home'],
    rule: object(action, {
      ...hint,
      ...focus,
      initial_value: richTextValue,
      dispatch_action_config: dispatchActionConfig,
    }),
  },
  email_text_input: inputInModal({ initial_value: text(3000, 0) }),
  url_text_input: inputInModal({ initial_value: text(3000, 0) }),
  number_input: {
    places: ['input'],
    surfaces: ['modal'],
    rule: object(
      { is_decimal_allowed: flag },
      {
        ...action,
        ...hint,
        ...focus,
        initial_value: text(3000),
        min_value: text(255),
        max_value: text(255),
        dispatch_action_config: dispatchActionConfig,
      },
      minimumFirst('min_value', 'max_value'),
    ),
  },
  file_input: {
    places: ['input'],
    surfaces: ['modal'],
    rule: object({}, { ...action, filetypes: list(text(255), 1, 100), max_files: whole(1, 10) }),
  },
  image: {
    places: ['accessory'],
    rule: object(
      { alt_text: text(2000) },
      { image_url: text(3000), slack_file: slackFile },
      exactlyOne('image_url', 'slack_file'),
    ),
  },
};

function inputInModal(initial: { readonly [property: string]: Rule }): Element {
  const optional = { ...action, ...hint, ...focus, ...initial, dispatch_action_config: dispatchActionConfig };
  return { places: ['input'], surfaces: ['modal'], rule: object({}, optional) };
}

/** @returns the elements that may stand in that place of that surface */
export function elementsFor(place: Place, surface: Surface): Rule {
  const allowed = Object.entries(elements).filter(
    ([, element]) => element.places.includes(place) && (element.surfaces ?? [surface]).includes(surface),
  );
  return variants(Object.fromEntries(allowed.map(([type, element]) => [type, element.rule])));
}

/** A context block's elements: images and texts. */
export const contextElement: Rule = {
  kind: 'variants',
  union: false,
  by: {
    image: elements.image?.rule ?? number(),
    ...(anyText(3000) as Rule & { kind: 'variants' }).by,
  },
};

export const buttonElement: Rule = variants({ button: elements.button?.rule ?? number() });
