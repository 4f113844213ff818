import { createHash } from 'node:crypto';

/** Markup in which everything that came from elsewhere is escaped. */
export interface Html {
  readonly markup: string;
}

type Interpolated = string | number | Html | readonly Html[];

const ENTITIES: Readonly<Record<string, string>> = {
  '&': '&amp;',
  '<': '&lt;',
  '>': '&gt;',
  '"': '&quot;',
  "'": '&#39;',
};

/** Tag of a template in which text is escaped and `Html` goes in as it is. */
export function html(fixed: TemplateStringsArray, ...values: readonly Interpolated[]): Html {
  const parts = fixed.map((part, index) => part + markupOf(values[index] ?? ''));
  return { markup: parts.join('') };
}

/** `items` with `separator` between them. */
export function joined(items: readonly Html[], separator: string): Html {
  return { markup: items.map(markupOf).join(markupOf(separator)) };
}

function markupOf(value: Interpolated): string {
  if (typeof value === 'string')
    return value.replaceAll(/[&<>"']/g, (mark) => ENTITIES[mark] ?? '');
  if (typeof value === 'number') return String(value);
  return 'markup' in value ? value.markup : value.map(({ markup }) => markup).join('');
}

/** A description of the contract as markup: paragraphs, lists of `- ` items, `code` and **weight**. */
export function prose(text: string | undefined): Html {
  const blocks = (text ?? '').trim().split(/\n{2,}/);
  const rendered = blocks.filter((block) => block !== '').map(blockOf);
  return html`${rendered}`;
}

function blockOf(block: string): Html {
  if (!block.startsWith('- ')) return html`<p>${inline(block)}</p>`;
  const items = block.slice(2).split(/\n- /);
  return html`<ul>${items.map((item) => html`<li>${inline(item)}</li>`)}</ul>`;
}

function inline(text: string): Html {
  const parts = text.split(/(`[^`]+`|\*\*[^*]+\*\*)/).map((part) => {
    if (/^`.+`$/s.test(part)) return html`<code>${part.slice(1, -1)}</code>`;
    return /^\*\*.+\*\*$/s.test(part) ? html`<strong>${part.slice(2, -2)}</strong>` : html`${part}`;
  });
  return html`${parts}`;
}

const STYLE = `
:root { color-scheme: light dark; --line: light-dark(#d5d9de, #3b4149); --soft: light-dark(#f4f6f8, #1d2126); --link: light-dark(#0b57a4, #8ab8f0); }
* { box-sizing: border-box; }
body { font: 16px/1.5 system-ui, sans-serif; margin: 0 auto; max-width: 64rem; padding: 1rem; background: light-dark(#fff, #14171a); color: light-dark(#1c2024, #e4e7ea); }
a { color: var(--link); }
h1, h2, h3 { line-height: 1.2; margin: 2rem 0 .5rem; }
h3 { overflow-wrap: anywhere; }
code, pre { font: .875em/1.45 ui-monospace, monospace; }
code { background: var(--soft); overflow-wrap: anywhere; padding: .1em .3em; }
pre { background: var(--soft); border: 1px solid var(--line); overflow-x: auto; padding: .75rem; }
.scroll { overflow-x: auto; }
table { border-collapse: collapse; width: 100%; }
th, td { border-top: 1px solid var(--line); padding: .4rem .6rem .4rem 0; text-align: left; vertical-align: top; }
td p, li p { margin: 0 0 .3rem; }
article { border-top: 2px solid var(--line); margin-top: 2rem; }
.method { text-transform: uppercase; font-weight: 700; }
`;
const STYLE_HASH = createHash('sha256').update(STYLE).digest('base64');

/** Lets a page of ours use its own style and load, run, submit or be framed by nothing (CSP Level 3). */
export const CONTENT_SECURITY_POLICY = `default-src 'none'; style-src 'sha256-${STYLE_HASH}'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'`;

/** A whole document that stands on its own. */
export function page(title: string, body: Html): string {
  const style: Html = { markup: `<style>${STYLE}</style>` };
  return html`<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<meta name="viewport" content="width=device-width, initial-scale=1">
<title>${title}</title>
${style}
</head>
<body>
${body}
</body>
</html>
`.markup;
}
