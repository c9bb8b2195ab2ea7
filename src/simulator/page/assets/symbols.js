// The symbols that messages use, drawn by the page: a machine without coloured letters would show empty boxes for them.

const kinds = {
  '🔴': 'red circle',
  '🟠': 'orange circle',
  '🟢': 'green circle',
  '⚪': 'white circle',
  '○': 'open circle',
  '✅': 'tick',
  '▶': 'now',
  '📌': 'pin',
  '📄': 'page',
};
const pattern = new RegExp(`(${Object.keys(kinds).join('|')})\\uFE0F?`, 'u');

/** Text as nodes. The symbol itself stays in the page, so that copying, searching and screen readers find it. */
export function withSymbols(text) {
  if (!pattern.test(text)) return [text];
  return text.split(pattern).map((part) => {
    const kind = kinds[part];
    if (kind === undefined) return part;
    const symbol = document.createElement('span');
    symbol.className = `symbol ${kind}`;
    symbol.textContent = part;
    return symbol;
  });
}
