// The blocks of Block Kit: which surface shows each, and its limits (https://docs.slack.dev/reference/block-kit/blocks).
import { anyText, feedbackButton, plainText, slackFile } from './composition.ts';
import { buttonElement, contextElement, elementsFor, type Surface } from './elements.ts';
import { richTextBody } from './rich-text.ts';
import {
  choice,
  exactlyOne,
  flag,
  isObject,
  list,
  type ObjectRule,
  object,
  type Rule,
  text,
  variants,
  whole,
} from './schema.ts';
import { chartBody, dataTableBody, tableBody } from './tables.ts';

interface Block {
  readonly surfaces: readonly Surface[];
  readonly rule: (surface: Surface) => ObjectRule;
}

const everywhere: readonly Surface[] = ['message', 'modal', 'home'];
const id = { block_id: text(255) };

const blocks: { readonly [type: string]: Block } = {
  actions: {
    surfaces: everywhere,
    rule: (surface) => object({ elements: list(elementsFor('actions', surface), 1, 25) }, id),
  },
  alert: {
    surfaces: ['modal'],
    rule: () =>
      object({ text: anyText(200) }, { ...id, level: choice('default', 'info', 'warning', 'error', 'success') }),
  },
  card: {
    surfaces: ['message', 'home'],
    rule: () =>
      object(
        {},
        {
          ...id,
          hero_image: object({ alt_text: text(2000) }, { image_url: text(3000), slack_file: slackFile }),
          title: anyText(150),
          subtitle: anyText(150),
          body: anyText(200),
          actions: list(buttonElement, 1, 2),
        },
        (value, pointer) =>
          ['hero_image', 'title', 'actions', 'body'].some((name) => value[name] !== undefined)
            ? []
            : [{ pointer, message: 'missing required field: title' }],
      ),
  },
  context: { surfaces: everywhere, rule: () => object({ elements: list(contextElement, 1, 10) }, id) },
  context_actions: {
    surfaces: ['message'],
    rule: () => object({ elements: list(contextAction, 1, 5) }, id),
  },
  data_table: { surfaces: ['message'], rule: () => dataTableBody },
  data_visualization: { surfaces: ['message'], rule: () => chartBody },
  divider: { surfaces: everywhere, rule: () => object({}, id) },
  header: { surfaces: everywhere, rule: () => object({ text: plainText(150) }, { ...id, level: whole(1, 4) }) },
  image: {
    surfaces: everywhere,
    rule: () =>
      object(
        { alt_text: text(2000) },
        { ...id, image_url: text(3000), slack_file: slackFile, title: plainText(2000) },
        exactlyOne('image_url', 'slack_file'),
      ),
  },
  input: {
    surfaces: everywhere,
    rule: (surface) =>
      object(
        { label: plainText(2000), element: elementsFor('input', surface) },
        { ...id, hint: plainText(2000), optional: flag, dispatch_action: flag },
        (value, pointer) =>
          value.dispatch_action === true && isObject(value.element) && value.element.type === 'file_input'
            ? [{ pointer, message: 'invalid additional property: dispatch_action' }]
            : [],
      ),
  },
  markdown: { surfaces: ['message'], rule: () => object({ text: text(12_000) }, id) },
  rich_text: { surfaces: everywhere, rule: () => richTextBody },
  section: {
    surfaces: everywhere,
    rule: (surface) =>
      object(
        {},
        {
          ...id,
          text: anyText(3000),
          fields: list(anyText(2000), 1, 10),
          accessory: elementsFor('accessory', surface),
          expand: flag,
        },
        (value, pointer) =>
          value.text !== undefined || value.fields !== undefined
            ? []
            : [{ pointer, message: 'missing required field: text' }],
      ),
  },
  table: { surfaces: ['message'], rule: () => tableBody },
};

const contextAction: Rule = variants({
  feedback_buttons: object(
    { positive_button: feedbackButton, negative_button: feedbackButton },
    { action_id: text(255) },
  ),
  icon_button: object(
    { icon: choice('trash'), text: plainText(75) },
    { action_id: text(255), value: text(2000), accessibility_label: text(75) },
  ),
});

const rules: { readonly [S in Surface]: Rule } = {
  message: rulesOf('message'),
  modal: rulesOf('modal'),
  home: rulesOf('home'),
};

/** The rule of one block of that surface. */
export function blockRule(surface: Surface): Rule {
  return rules[surface];
}

function rulesOf(surface: Surface): Rule {
  const allowed = Object.entries(blocks).filter(([, block]) => block.surfaces.includes(surface));
  return variants(Object.fromEntries(allowed.map(([type, block]) => [type, block.rule(surface)])));
}
