import fc from 'fast-check';
import { textsOf } from './corpus.ts';
import { hostileText, textChange } from './hostile-texts.ts';
import {
  changedAt,
  type JsonChange,
  type JsonMember,
  type JsonText,
  jsonTextOf,
  written,
} from './json-text.ts';

/** Values, numbers beyond every bound, words that are none of JSON, and depths that no request has. */
const RAW = [
  ...textsOf('json'),
  ...[31, 32, 33, 1_000, 20_000].flatMap((depth) => [
    '['.repeat(depth) + ']'.repeat(depth),
    `${'{"a":'.repeat(depth)}1${'}'.repeat(depth)}`,
  ]),
];
const MEMBER_NAMES = textsOf('members');
/** Lists shorter and longer than any may be; ten thousand members cost as much as a hundred other cases. */
const REPETITIONS = [...[2, 3, 100, 101].flatMap((count) => Array<number>(10).fill(count)), 10_000];
/** Repetitions of repetitions would fill the memory. */
const MAX_CHARACTERS = 512 * 1024;

function raw(text: string): JsonText {
  return { kind: 'raw', raw: text };
}

/** A few changes, each somewhere in a document. */
export const jsonChanges: fc.Arbitrary<JsonChange> = fc
  .array(fc.tuple(fc.nat(), changeOfOne()), { maxLength: 4 })
  .map(
    (changes) => (node) => changes.reduce((so, [at, change]) => changedAt(so, at, change), node),
  );

function changeOfOne(): fc.Arbitrary<JsonChange> {
  const index = fc.nat();
  const memberName = fc.oneof(fc.constantFrom(...MEMBER_NAMES), hostileText);
  const value = fc.oneof(
    fc.constantFrom(...RAW).map(raw),
    hostileText.map(jsonTextOf),
    fc.jsonValue({ maxDepth: 2 }).map(jsonTextOf),
  );
  return fc.oneof(
    { arbitrary: value.map((other) => () => other), weight: 4 },
    {
      arbitrary: textChange.map((change) => (node: JsonText) => withText(node, change)),
      weight: 4,
    },
    { arbitrary: index.map((at) => (node: JsonText) => without(node, at)), weight: 2 },
    { arbitrary: index.map((at) => (node: JsonText) => doubled(node, at)), weight: 1 },
    {
      arbitrary: fc
        .tuple(memberName, value)
        .map((member) => (node: JsonText) => withMember(node, member)),
      weight: 2,
    },
    {
      arbitrary: fc.tuple(index, memberName).map(
        ([at, name]) =>
          (node: JsonText) =>
            renamed(node, at, name),
      ),
      weight: 1,
    },
    { arbitrary: fc.constantFrom(wrapped, within), weight: 1 },
    {
      arbitrary: fc
        .constantFrom(...REPETITIONS)
        .map((count) => (node: JsonText) => repeated(node, count)),
      weight: 1,
    },
  );
}

function withText(node: JsonText, change: (text: string) => string): JsonText {
  return node.kind === 'text' ? { kind: 'text', text: change(node.text) } : node;
}

function without(node: JsonText, at: number): JsonText {
  if (node.kind === 'object') return { ...node, members: cut(node.members, at) };
  return node.kind === 'list' ? { ...node, items: cut(node.items, at) } : node;
}

function cut<T>(all: readonly T[], at: number): readonly T[] {
  return all.length === 0 ? all : all.toSpliced(at % all.length, 1);
}

/** A member or item twice; RFC 8259 §4 leaves open which one of two members counts. */
function doubled(node: JsonText, at: number): JsonText {
  if (node.kind === 'object')
    return { ...node, members: [...node.members, ...one(node.members, at)] };
  return node.kind === 'list' ? { ...node, items: [...node.items, ...one(node.items, at)] } : node;
}

function one<T>(all: readonly T[], at: number): readonly T[] {
  return all.slice(at % Math.max(1, all.length)).slice(0, 1);
}

function withMember(node: JsonText, member: JsonMember): JsonText {
  if (node.kind === 'object') return { ...node, members: [...node.members, member] };
  return { kind: 'object', members: [member] };
}

function renamed(node: JsonText, at: number, name: string): JsonText {
  if (node.kind !== 'object' || node.members.length === 0) return node;
  const chosen = at % node.members.length;
  const members = node.members.map(
    ([old, value], index): JsonMember => [index === chosen ? name : old, value],
  );
  return { ...node, members };
}

function wrapped(node: JsonText): JsonText {
  return { kind: 'list', items: [node] };
}

function within(node: JsonText): JsonText {
  return { kind: 'object', members: [['value', node]] };
}

function repeated(node: JsonText, count: number): JsonText {
  const items = node.kind === 'list' && node.items.length > 0 ? node.items : [node];
  const length = Math.min(count, Math.ceil(MAX_CHARACTERS / written(node).length));
  return {
    kind: 'list',
    items: Array.from({ length }, (_, at) => items[at % items.length] ?? node),
  };
}
