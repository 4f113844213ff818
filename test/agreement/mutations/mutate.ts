import type { Dice } from '../corpus/dice.ts';
import { copyOf, type DerNode, derNodes, encodeNode, nodesWithin } from './der-tree.ts';

/** Where a mutation strikes: a value and the one that it stands in. */
interface Place {
  readonly node: DerNode;
  readonly siblings: DerNode[];
  readonly at: number;
}

type Mutation = (dice: Dice, place: Place, donor: DerNode) => void;

const MAX_MUTATIONS = 3;
/** Wrong in one place, in most of which a lax reader would see no harm. */
const LENGTH_FORMS = ['longer', 'indefinite', 'too-small', 'too-large'] as const;
/** The universal types of certificates, and the context-specific tags. */
const TAGS = [
  0x01, 0x02, 0x03, 0x04, 0x05, 0x06, 0x0a, 0x0c, 0x12, 0x13, 0x14, 0x16, 0x17, 0x18, 0x1a, 0x1c,
  0x1e, 0x1f, 0x24, 0x30, 0x31, 0x80, 0x81, 0x82, 0x86, 0x87, 0x88, 0xa0, 0xa1, 0xa2, 0xa3, 0xa4,
];
/** Contents at the bounds of INTEGERs, BOOLEANs, OIDs, times and texts. */
const CONTENTS = [
  '',
  '00',
  '01',
  '7f',
  '80',
  'ff',
  '0000',
  '0001',
  '0080',
  '00ff',
  'ff7f',
  'ffff',
  '8001',
  '7fffffff',
  '00ffffffffffffffff',
  '2a864886f70d01010b',
  '2a80864886f70d',
  '551d11',
  `${Buffer.from('500101000000Z').toString('hex')}`,
  `${Buffer.from('20491231235959Z').toString('hex')}`,
  `${Buffer.from('99991231235959Z').toString('hex')}`,
  `${Buffer.from('260229000000Z').toString('hex')}`,
  `${Buffer.from('2601010000Z').toString('hex')}`,
  `${Buffer.from('260101000000+0100').toString('hex')}`,
  `${Buffer.from('a\0b.example').toString('hex')}`,
  'c080',
  'eda080',
  'd83d',
].map((hex) => Buffer.from(hex, 'hex'));

const MUTATIONS: readonly Mutation[] = [
  (dice, { node }) => changeContent(node, (content) => flipped(dice, content)),
  (dice, { node }) => changeContent(node, (content) => flipped(dice, content)),
  (dice, { node }) => changeContent(node, (content) => withOctet(dice, content)),
  (dice, { node }) => changeContent(node, () => dice.of(CONTENTS)),
  (dice, { node }) => changeContent(node, (content) => lengthened(dice, content)),
  (dice, { node }) => changeContent(node, (content) => shortened(dice, content)),
  (dice, { node }) => {
    node.tag = dice.of(TAGS);
  },
  (dice, { node }) => {
    node.tag ^= 1 << dice.below(8);
  },
  (dice, { node }) => {
    node.length = dice.of(LENGTH_FORMS);
  },
  (_, { siblings, at }) => {
    siblings.splice(at, 1);
  },
  (_, { node, siblings, at }) => {
    siblings.splice(at, 0, copyOf(node));
  },
  (dice, { node, siblings, at }) => {
    siblings.splice(at, 1);
    siblings.splice(dice.below(siblings.length + 1), 0, node);
  },
  (_, { siblings, at }, donor) => {
    siblings.splice(at, 1, copyOf(donor));
  },
  (_, { siblings, at }, donor) => {
    siblings.splice(at, 0, copyOf(donor));
  },
];

/**
 * One to three changes to the values of `octets`, with the lengths around them made to fit; each may
 * also put in a value of `other`. A tenth is changed as octets are, whatever they mean.
 */
export function mutated(dice: Dice, octets: Buffer, other: Buffer): Buffer {
  const tree = derNodes(octets)?.[0];
  if (!tree || dice.chance(10)) return mangled(dice, octets);
  const root: DerNode = { ...tree, children: [tree] };
  const donors = derNodes(other)?.flatMap(nodesWithin) ?? [tree];
  for (let left = 1 + dice.below(MAX_MUTATIONS); left > 0; left -= 1) {
    const places = placesIn(root);
    if (places.length > 0) dice.of(MUTATIONS)(dice, dice.of(places), dice.of(donors));
  }
  return Buffer.concat((root.children ?? []).map(encodeNode));
}

/** Changes of octets without regard to what they mean. */
function mangled(dice: Dice, octets: Buffer): Buffer {
  switch (dice.below(4)) {
    case 0:
      return Buffer.from(octets.subarray(0, dice.below(octets.length)));
    case 1:
      return Buffer.concat([octets, dice.octets(1 + dice.below(3))]);
    case 2:
      return lengthened(dice, octets);
    default:
      return flipped(dice, octets);
  }
}

function placesIn(node: DerNode): Place[] {
  const siblings = node.children ?? [];
  return siblings.flatMap((child, at) => [{ node: child, siblings, at }, ...placesIn(child)]);
}

/** What had values inside has octets then. */
function changeContent(node: DerNode, change: (content: Buffer) => Buffer): void {
  const { children, prefix } = node;
  const content = children ? Buffer.concat([prefix, ...children.map(encodeNode)]) : node.content;
  node.content = change(content);
  delete node.children;
}

function flipped(dice: Dice, octets: Buffer): Buffer {
  const changed = Buffer.from(octets);
  const at = dice.below(octets.length);
  if (octets.length > 0) changed[at] = (changed[at] ?? 0) ^ (1 << dice.below(8));
  return changed;
}

function withOctet(dice: Dice, octets: Buffer): Buffer {
  const changed = Buffer.from(octets);
  if (octets.length > 0) changed[dice.below(octets.length)] = dice.below(256);
  return changed;
}

function lengthened(dice: Dice, octets: Buffer): Buffer {
  const at = dice.below(octets.length + 1);
  const more = dice.chance(50) ? dice.octets(1 + dice.below(3)) : Buffer.alloc(1);
  return Buffer.concat([octets.subarray(0, at), more, octets.subarray(at)]);
}

function shortened(dice: Dice, octets: Buffer): Buffer {
  const at = dice.below(octets.length + 1);
  return Buffer.concat([octets.subarray(0, at), octets.subarray(at + 1 + dice.below(3))]);
}
