// Slack's text as DOM nodes: mrkdwn, plain text and rich text. Never as HTML strings.

import { withSymbols } from './symbols.js';

/** Elements that take text only. */
const textOnly = new Set(['option', 'textarea', 'title']);

/** Makes an element: h('button', {class: 'x', onclick}, 'text', child). */
export function h(name, properties = {}, ...children) {
  const element = document.createElement(name);
  for (const [key, value] of Object.entries(properties)) {
    if (value === undefined || value === false) continue;
    if (key.startsWith('on')) element.addEventListener(key.slice(2), value);
    else element.setAttribute(key, value === true ? '' : value);
  }
  const content = children
    .flat(Number.POSITIVE_INFINITY)
    .filter((child) => child !== undefined && child !== null && child !== '')
    .flatMap((child) => (typeof child === 'string' && !textOnly.has(name) ? withSymbols(child) : [child]));
  element.append(...content);
  return element;
}

const entities = { '&lt;': '<', '&gt;': '>', '&amp;': '&' };
export const decoded = (text) => text.replace(/&(lt|gt|amp);/g, (entity) => entities[entity]);

const emoji = {
  red_circle: '🔴',
  large_orange_circle: '🟠',
  large_green_circle: '🟢',
  white_circle: '⚪',
  white_check_mark: '✅',
  arrow_forward: '▶',
  pushpin: '📌',
  rotating_light: '🚨',
  warning: '⚠️',
  eyes: '👀',
  heavy_check_mark: '✔',
};

/** @param names {user, channel}: functions from id to the name that people see */
export function mrkdwn(text, names) {
  const nodes = [];
  const fences = text.split(/```/);
  fences.forEach((part, index) => {
    if (index % 2 === 1) nodes.push(h('pre', {}, decoded(part.replace(/^\n/, ''))));
    else nodes.push(...part.split('\n').flatMap((line, row) => [...(row > 0 ? ['\n'] : []), ...quoted(line, names)]));
  });
  return h('p', {}, nodes);
}

function quoted(line, names) {
  return line.startsWith('&gt; ') || line.startsWith('> ')
    ? [h('blockquote', {}, inline(line.replace(/^(&gt;|>) /, ''), names))]
    : inline(line, names);
}

const pattern =
  /<([^<>]+)>|`([^`]+)`|(?<![\w*])\*([^*\n]+)\*(?![\w*])|(?<![\w_])_([^_\n]+)_(?![\w_])|(?<![\w~])~([^~\n]+)~(?![\w~])|:([a-z0-9_+-]+):/g;

function inline(text, names) {
  const nodes = [];
  let last = 0;
  for (const match of text.matchAll(pattern)) {
    nodes.push(decoded(text.slice(last, match.index)));
    last = match.index + match[0].length;
    const [whole, reference, code, bold, italic, strike, symbol] = match;
    if (reference !== undefined) nodes.push(referenceNode(reference, names));
    else if (code !== undefined) nodes.push(h('code', {}, decoded(code)));
    else if (bold !== undefined) nodes.push(h('strong', {}, inline(bold, names)));
    else if (italic !== undefined) nodes.push(h('em', {}, inline(italic, names)));
    else if (strike !== undefined) nodes.push(h('s', {}, inline(strike, names)));
    else nodes.push(emoji[symbol] ?? whole);
  }
  nodes.push(decoded(text.slice(last)));
  return nodes;
}

function referenceNode(reference, names) {
  const [target, label] = reference.split('|');
  if (target.startsWith('@')) return h('span', { class: 'mention' }, `@${names.user(target.slice(1))}`);
  if (target.startsWith('#')) return h('a', { href: `#${target.slice(1)}` }, `#${names.channel(target.slice(1))}`);
  if (target.startsWith('!subteam^')) return h('span', { class: 'mention' }, `@${names.group(target.slice(9))}`);
  if (target.startsWith('!date^')) return dateNode(target, label);
  if (target.startsWith('!')) return h('span', { class: 'mention' }, `@${target.slice(1)}`);
  return h('a', { href: target, target: '_blank', rel: 'noreferrer' }, decoded(label ?? target));
}

function dateNode(target, fallback) {
  const [, seconds, format] = target.split('^');
  return dateText(Number(seconds), format, fallback);
}

function dateText(seconds, format, fallback) {
  const date = new Date(seconds * 1000);
  const time = date.toLocaleTimeString([], { hour: '2-digit', minute: '2-digit', hour12: false });
  const day = date.toLocaleDateString([], { day: 'numeric', month: 'short', year: 'numeric' });
  const words = {
    time,
    time_secs: date.toLocaleTimeString([], { hour12: false }),
    ago: `${Math.round((Date.now() - date) / 60000)} min ago`,
  };
  const text = (format ?? '{date} {time}').replace(/\{(\w+)\}/g, (_, token) => words[token] ?? day);
  return h('time', { datetime: date.toISOString(), title: fallback ?? date.toISOString() }, text);
}

export function textObject(object, names) {
  if (object === undefined) return '';
  return object.type === 'mrkdwn' ? mrkdwn(object.text, names) : h('p', {}, object.text);
}

export function richText(block, names) {
  return block.elements.map((part) => {
    if (part.type === 'rich_text_list')
      return h(
        part.style === 'ordered' ? 'ol' : 'ul',
        {},
        part.elements.map((item) => h('li', {}, leaves(item.elements, names))),
      );
    if (part.type === 'rich_text_preformatted') return h('pre', {}, leaves(part.elements, names));
    if (part.type === 'rich_text_quote') return h('blockquote', {}, leaves(part.elements, names));
    return h('p', {}, leaves(part.elements, names));
  });
}

function leaves(elements, names) {
  return elements.map((leaf) => {
    let node = leafNode(leaf, names);
    if (leaf.style?.code) node = h('code', {}, node);
    if (leaf.style?.bold) node = h('strong', {}, node);
    if (leaf.style?.italic) node = h('em', {}, node);
    if (leaf.style?.strike) node = h('s', {}, node);
    return node;
  });
}

function leafNode(leaf, names) {
  switch (leaf.type) {
    case 'link':
      return h('a', { href: leaf.url, target: '_blank', rel: 'noreferrer' }, leaf.text ?? leaf.url);
    case 'user':
      return h('span', { class: 'mention' }, `@${names.user(leaf.user_id)}`);
    case 'usergroup':
      return h('span', { class: 'mention' }, `@${names.group(leaf.usergroup_id)}`);
    case 'channel':
      return h('a', { href: `#${leaf.channel_id}` }, `#${names.channel(leaf.channel_id)}`);
    case 'emoji':
      return emoji[leaf.name] ?? `:${leaf.name}:`;
    case 'date':
      return dateText(leaf.timestamp, leaf.format, leaf.fallback);
    default:
      return leaf.text ?? '';
  }
}
