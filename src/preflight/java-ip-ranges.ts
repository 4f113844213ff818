/** Base and mask of a range (8 octets, or 32), an address (4, or 16), or nothing: names of other kinds. */
type Octets = Uint8Array;
/** What the second is to the first, as `GeneralNameInterface.constrains` has it. */
type Relation = 'different' | 'match' | 'narrows' | 'widens' | 'same-type';

/** What Java keeps of the constraints of authorities, from the top down. */
export interface JavaRanges {
  readonly permitted: readonly Octets[] | undefined;
  readonly excluded: readonly Octets[] | undefined;
}

/** Where Java ends with an exception that says nothing of certificates. */
export class JavaFailure extends Error {}

const RANGE_OCTETS = [8, 32];
const NO_OCTETS = new Uint8Array(0);

/**
 * Constraints as they are after one more authority (JDK 17 `NameConstraintsExtension.merge`).
 *
 * @throws {JavaFailure}
 */
export function merged(above: JavaRanges | undefined, own: JavaRanges): JavaRanges {
  if (above === undefined) return own;
  const excluded = unionOf(above.excluded, own.excluded);
  const permitted =
    above.permitted && own.permitted
      ? intersection(above.permitted, own.permitted)
      : (above.permitted ?? own.permitted);
  return { excluded, permitted: reduced(permitted, excluded) };
}

/**
 * Whether constraints permit an address (`NameConstraintsExtension.verify`).
 *
 * @throws {JavaFailure}
 */
export function permits({ permitted = [], excluded = [] }: JavaRanges, address: Octets): boolean {
  const isWithin = (range: Octets) => ['match', 'narrows'].includes(relation(range, address));
  if (excluded.some(isWithin) || permitted.some(isWithin)) return !excluded.some(isWithin);
  return permitted.every((range) => relation(range, address) === 'different');
}

function unionOf(
  one: readonly Octets[] | undefined,
  other: readonly Octets[] | undefined,
): readonly Octets[] | undefined {
  return one && other ? minimized([...one, ...other]) : (one ?? other);
}

/** `GeneralSubtrees.minimize`: of two of which one holds the other, the wider is left. */
function minimized(all: readonly Octets[]): readonly Octets[] {
  const rest = [...all];
  for (let index = 0; index < rest.length - 1; index += 1) {
    if (!isHeldByLater(rest, index)) continue;
    rest.splice(index, 1);
    index -= 1;
  }
  return rest;
}

/** Whether one after it is as wide; what is narrower goes from `rest` until such a one is found. */
function isHeldByLater(rest: Octets[], index: number): boolean {
  const one = rest[index] ?? NO_OCTETS;
  for (let later = index + 1; later < rest.length; later += 1) {
    const found = relation(one, rest[later] ?? NO_OCTETS);
    if (found === 'match' || found === 'widens') return true;
    if (found !== 'narrows') continue;
    rest.splice(later, 1);
    later -= 1;
  }
  return false;
}

/** What of an entry above is left as it is beside one below. */
const KEPT: readonly Relation[] = ['different', 'match', 'widens'];

/** `GeneralSubtrees.intersect`. */
function intersection(above: readonly Octets[], own: readonly Octets[]): readonly Octets[] {
  if (above.length === 0) return minimized(own);
  const ours = [...minimized(above)];
  const theirs = minimized(own);
  const narrower: Octets[] = [];
  for (let index = 0; index < ours.length; index += 1) {
    const decisive = firstRelation(ours[index] ?? NO_OCTETS, theirs);
    if (KEPT.includes(decisive.found)) continue;
    if (decisive.found === 'narrows') narrower.push(decisive.theirs);
    // It would exclude all addresses, and fails to write that down.
    else if (!doAnyMeet(ours, theirs)) throw new JavaFailure();
    ours.splice(index, 1);
    index -= 1;
  }
  const kept = narrower.length > 0 ? minimized([...ours, ...narrower]) : ours;
  return withNewKinds(kept, theirs);
}

/** The first relation that decides about an entry; `same-type` where only entries apart from it are there. */
function firstRelation(one: Octets, theirs: readonly Octets[]) {
  let found: Relation = 'different';
  for (const entry of theirs) {
    const next = relation(one, entry);
    if (next === 'different') continue;
    found = next;
    if (next !== 'same-type') return { found, theirs: entry };
  }
  return { found, theirs: NO_OCTETS };
}

function doAnyMeet(ours: readonly Octets[], theirs: readonly Octets[]): boolean {
  const meeting: readonly Relation[] = ['match', 'widens', 'narrows'];
  return ours
    .filter((one) => one.length > 0)
    .some((one) => theirs.some((entry) => meeting.includes(relation(one, entry))));
}

function withNewKinds(ours: readonly Octets[], theirs: readonly Octets[]): readonly Octets[] {
  const kept = [...ours];
  for (const entry of theirs) {
    const isNew = kept.length > 0 && kept.every((one) => relation(one, entry) === 'different');
    if (isNew) kept.push(entry);
  }
  return kept;
}

/** `GeneralSubtrees.reduce`: what is permitted and excluded goes. */
function reduced(
  permitted: readonly Octets[] | undefined,
  excluded: readonly Octets[] = [],
): readonly Octets[] | undefined {
  let rest = permitted;
  for (const range of excluded) {
    rest = rest?.filter((one) => !['match', 'narrows'].includes(relation(range, one)));
  }
  return rest;
}

/** `IPAddressName.constrains`. */
function relation(one: Octets, other: Octets): Relation {
  if (one.length === 0 || other.length === 0) return 'different';
  if (Buffer.compare(one, other) === 0) return 'match';
  if (one.length === other.length) {
    if (isWithin(other, one)) return 'narrows';
    return isWithin(one, other) ? 'widens' : 'same-type';
  }
  if (RANGE_OCTETS.includes(other.length)) return isWithin(one, other) ? 'widens' : 'same-type';
  return isWithin(other, one) ? 'narrows' : 'same-type';
}

/** Whether what begins with an address or a base is in a range, whose mask is its second half. */
function isWithin(one: Octets, range: Octets): boolean {
  const half = range.length / 2;
  for (let index = 0; index < half; index += 1) {
    const [octet, mask = 0] = [one[index], range[index + half]];
    // Of the other family, and shorter: Java reads on beyond its end.
    if (octet === undefined) throw new JavaFailure();
    if ((octet & mask) !== range[index]) return false;
    if (one.length === range.length && ((one[index + half] ?? 0) & mask) !== mask) return false;
  }
  return true;
}
