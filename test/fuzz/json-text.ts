/** JSON as it is written, so that it can be what no value is: a member twice, a number too large, no JSON at all. */
export type JsonText =
  | { readonly kind: 'object'; readonly members: readonly JsonMember[] }
  | { readonly kind: 'list'; readonly items: readonly JsonText[] }
  | { readonly kind: 'text'; readonly text: string }
  /** Written as it stands here. */
  | { readonly kind: 'raw'; readonly raw: string };

export type JsonMember = readonly [name: string, value: JsonText];
export type JsonChange = (node: JsonText) => JsonText;

export function jsonTextOf(value: unknown): JsonText {
  if (typeof value === 'string') return { kind: 'text', text: value };
  if (Array.isArray(value)) return { kind: 'list', items: value.map(jsonTextOf) };
  if (typeof value !== 'object' || value === null)
    return { kind: 'raw', raw: JSON.stringify(value) };
  const members = Object.entries(value).filter(([, member]) => member !== undefined);
  return { kind: 'object', members: members.map(([name, member]) => [name, jsonTextOf(member)]) };
}

export function written(node: JsonText): string {
  switch (node.kind) {
    case 'object': {
      const members = node.members.map(
        ([name, value]) => `${JSON.stringify(name)}:${written(value)}`,
      );
      return `{${members.join()}}`;
    }
    case 'list':
      return `[${node.items.map(written).join()}]`;
    case 'text':
      return JSON.stringify(node.text);
    case 'raw':
      return node.raw;
  }
}

/** Nodes are counted from the root in the order in which they are written. */
export function changedAt(node: JsonText, at: number, change: JsonChange): JsonText {
  let left = at % countOf(node);
  const visit = (one: JsonText): JsonText => {
    if (left === 0) {
      left = -1;
      return change(one);
    }
    left -= 1;
    if (one.kind === 'object') {
      return { ...one, members: one.members.map(([name, value]) => [name, visit(value)] as const) };
    }
    return one.kind === 'list' ? { ...one, items: one.items.map(visit) } : one;
  };
  return visit(node);
}

function countOf(node: JsonText): number {
  if (node.kind === 'object') return 1 + sum(node.members.map(([, value]) => countOf(value)));
  return node.kind === 'list' ? 1 + sum(node.items.map(countOf)) : 1;
}

function sum(numbers: readonly number[]): number {
  return numbers.reduce((total, number) => total + number, 0);
}
