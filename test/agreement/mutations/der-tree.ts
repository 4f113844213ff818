/** A value of DER that can be changed anywhere and written anew, right or wrong. */
export interface DerNode {
  tag: number;
  /** What stands before the values inside an OCTET STRING or BIT STRING, such as its unused bits. */
  prefix: Buffer;
  /** The values inside; absent where the content is no values. */
  children?: DerNode[];
  content: Buffer;
  length: LengthForm;
}

/** How the length is written; only the first is DER. */
export type LengthForm = 'shortest' | 'longer' | 'indefinite' | 'too-small' | 'too-large';

const CONSTRUCTED = 0x20;
const BIT_STRING = 0x03;
const OCTET_STRING = 0x04;
/** X.690 §8.1.3.6: the length of what ends with two zero octets. */
const INDEFINITE = 0x80;
const NOTHING = Buffer.alloc(0);

/** The values in `octets`, those inside strings too; `undefined` where they are none. */
export function derNodes(octets: Buffer): DerNode[] | undefined {
  const nodes: DerNode[] = [];
  for (let at = 0; at < octets.length; ) {
    const header = headerAt(octets, at);
    if (!header || header.end > octets.length) return undefined;
    const { tag, start, end } = header;
    const node = nodeOf(tag, octets.subarray(start, end));
    if (!node) return undefined;
    nodes.push(node);
    at = end;
  }
  return nodes;
}

/** The octets of a value, each length as its form asks. */
export function encodeNode({ tag, prefix, children, content, length }: DerNode): Buffer {
  const inside = children ? Buffer.concat([prefix, ...children.map(encodeNode)]) : content;
  const end = length === 'indefinite' ? Buffer.alloc(2) : NOTHING;
  return Buffer.concat([Buffer.of(tag), lengthOctets(inside.length, length), inside, end]);
}

/** A value and all that is inside, outermost first. */
export function nodesWithin(node: DerNode): DerNode[] {
  return [node, ...(node.children ?? []).flatMap(nodesWithin)];
}

export function copyOf(node: DerNode): DerNode {
  const { children } = node;
  return children ? { ...node, children: children.map(copyOf) } : { ...node };
}

function nodeOf(tag: number, content: Buffer): DerNode | undefined {
  const leaf: DerNode = { tag, prefix: NOTHING, content, length: 'shortest' };
  if ((tag & CONSTRUCTED) !== 0) {
    const children = derNodes(content);
    return children && { ...leaf, children };
  }
  const prefix = content.subarray(0, tag === BIT_STRING ? 1 : 0);
  const isString = tag === OCTET_STRING || tag === BIT_STRING;
  const children = isString ? valuesIn(content.subarray(prefix.length)) : undefined;
  return children ? { ...leaf, prefix, children } : leaf;
}

/** Random octets seldom look like values to their very end. */
function valuesIn(content: Buffer): DerNode[] | undefined {
  const values = derNodes(content);
  return values?.length === 1 && content.length > 2 ? values : undefined;
}

function headerAt(octets: Buffer, at: number) {
  const [tag, first] = [octets[at], octets[at + 1]];
  if (tag === undefined || first === undefined) return undefined;
  if (first < 0x80) return { tag, start: at + 2, end: at + 2 + first };
  const count = first & 0x7f;
  const start = at + 2 + count;
  if (count === 0 || count > 4 || start > octets.length) return undefined;
  return { tag, start, end: start + octets.readUIntBE(at + 2, count) };
}

function lengthOctets(length: number, form: LengthForm): Buffer {
  switch (form) {
    case 'shortest':
      return definite(length);
    case 'longer':
      return Buffer.concat([Buffer.of(0x84), fourOctets(length)]);
    case 'indefinite':
      return Buffer.of(INDEFINITE);
    case 'too-small':
      return definite(Math.max(0, length - 1));
    case 'too-large':
      return definite(length + 1);
  }
}

function definite(length: number): Buffer {
  if (length < 0x80) return Buffer.of(length);
  const octets = fourOctets(length);
  const shortest = octets.subarray(octets.findIndex((octet) => octet !== 0));
  return Buffer.concat([Buffer.of(0x80 | shortest.length), shortest]);
}

function fourOctets(number: number): Buffer {
  const octets = Buffer.alloc(4);
  octets.writeUInt32BE(number);
  return octets;
}
