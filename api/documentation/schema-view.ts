import type { Schema } from './contract.ts';
import { type Html, html, joined, prose } from './html.ts';

/** A schema in one line: what it is called or, without a name, what it says. */
export function schemaLine(schema: Schema): Html {
  if (schema.$ref) return referenceTo(schema.$ref);
  const parts = [...compositionOf(schema), ...ownLine(schema)];
  return joined(parts, ', ');
}

/** A schema's members as a table; nothing where it has none. */
export function memberTable({ properties = {}, required = [] }: Schema): Html {
  const members = Object.entries(properties).map(([name, member]) =>
    memberRow(name, member, required.includes(name)),
  );
  if (members.length === 0) return html``;
  return html`<div class="scroll"><table>
<thead><tr><th>Member</th><th>Form</th><th>Meaning</th></tr></thead>
<tbody>${members}</tbody>
</table></div>
`;
}

/** The anchor at which the page shows a named schema. */
export function schemaAnchor(name: string): string {
  return `schema-${name}`;
}

function memberRow(name: string, member: Schema | boolean, isRequired: boolean): Html {
  if (typeof member === 'boolean') {
    return html`<tr><td><code>${name}</code></td><td>${member ? 'anything' : 'absent'}</td><td></td></tr>
`;
  }
  const note = isRequired ? html` (required)` : html``;
  return html`<tr><td><code>${name}</code>${note}</td><td>${schemaLine(member)}</td><td>${prose(member.description)}${memberTable(member.items ?? member)}</td></tr>
`;
}

function referenceTo(reference: string): Html {
  const name = reference.split('/').at(-1) ?? '';
  return html`<a href="#${schemaAnchor(name)}">${name}</a>`;
}

function compositionOf({ allOf = [], anyOf = [], oneOf = [] }: Schema): readonly Html[] {
  const named = (schemas: readonly Schema[]) =>
    schemas.filter((schema) => Object.keys(schema).some((key) => key !== 'required'));
  const all = named(allOf).map(schemaLine);
  const either = named([...anyOf, ...oneOf]).map(schemaLine);
  return either.length === 0 ? all : [...all, joined(either, ' or ')];
}

function ownLine(schema: Schema): readonly Html[] {
  return [...typeOf(schema), ...valuesOf(schema), ...boundsOf(schema)];
}

function typeOf({ type, items, format, contentMediaType }: Schema): readonly Html[] {
  const types = typeof type === 'string' ? [type] : (type ?? []);
  const words = types.join(' or ');
  const line = items ? html`${words} of ${schemaLine(items)}` : html`${words}`;
  const forms = [format, contentMediaType].filter((form) => form !== undefined);
  return [...(words === '' ? [] : [line]), ...forms.map((form) => html`${form}`)];
}

function valuesOf({ const: only, enum: several = [], default: absent }: Schema): readonly Html[] {
  const values = only === undefined ? several : [only];
  const alternatives = values.map((value) => html`<code>${JSON.stringify(value)}</code>`);
  return [
    ...(alternatives.length === 0 ? [] : [joined(alternatives, ' | ')]),
    ...(absent === undefined ? [] : [html`default <code>${JSON.stringify(absent)}</code>`]),
  ];
}

function boundsOf(schema: Schema): readonly Html[] {
  const { minimum, maximum, minLength, maxLength, minItems, maxItems, pattern } = schema;
  const bounds = [
    rangeText(minimum, maximum, ''),
    rangeText(minLength, maxLength, ' characters'),
    rangeText(minItems, maxItems, ' items'),
  ];
  const shown = bounds.filter((bound) => bound !== undefined).map((bound) => html`${bound}`);
  return pattern === undefined ? shown : [...shown, html`<code>${pattern}</code>`];
}

function rangeText(from: number | undefined, to: number | undefined, unit: string) {
  if (from === undefined && to === undefined) return undefined;
  if (to === undefined) return `at least ${from}${unit}`;
  return from === undefined ? `at most ${to}${unit}` : `${from} to ${to}${unit}`;
}
