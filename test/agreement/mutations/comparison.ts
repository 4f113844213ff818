import type { Dice } from '../corpus/dice.ts';
import { askReader } from '../readers/programs.ts';
import { cpuMillisecondsWithin } from './cpu-time.ts';
import type { MutantKind } from './mutant-kind.ts';

/** What was found in many files of one kind. */
export interface Comparison {
  both: number;
  neither: number;
  /** How many OpenSSL takes and we do not, by our reasons. */
  readonly stricter: Map<string, number>;
  /** How many we take and OpenSSL does not, for all that is explained, by OpenSSL's faults. */
  readonly explained: Map<string, number>;
  /** Each with the file in Base64, to be added to the corpus. */
  readonly unexplained: string[];
  readonly crashes: string[];
  readonly slow: string[];
}

/** What we make of one file: nothing wrong, or why not. */
interface Verdict {
  readonly reason: string;
  readonly octets: Buffer;
}

/** No file may take longer; whoever sends one pays for less than that. */
const MAX_MS = 50;
/** A file may ask for iterations, each of which takes about two microseconds of hashing. */
const MAX_MS_AN_ITERATION = 0.006;
/** As much as fits into a pipe and into memory without a thought. */
const CHUNK = 2_000;

/** Gives `count` changed files to our reader and to OpenSSL's. */
export async function compareMutants(
  kind: MutantKind,
  dice: Dice,
  count: number,
): Promise<Comparison> {
  const comparison = emptyComparison();
  for (let left = count; left > 0; left -= CHUNK) {
    const mutants: Buffer[] = [];
    while (mutants.length < Math.min(CHUNK, left)) mutants.push(await kind.mutant(dice));
    await compareFiles(kind, mutants, comparison);
  }
  return comparison;
}

/** The same for given files; what is found is added to `comparison`. */
export async function compareFiles(
  kind: MutantKind,
  files: readonly Buffer[],
  comparison = emptyComparison(),
): Promise<Comparison> {
  const theirs = faultsOf(kind, files);
  const verdicts: Verdict[] = [];
  for (const octets of files) verdicts.push(await judge(kind, octets, comparison));
  const faults = await theirs;
  for (const [index, verdict] of verdicts.entries()) {
    note(kind, { ...verdict, fault: faults[index] ?? 'not answered' }, comparison);
  }
  return comparison;
}

/** OpenSSL's fault with each file, empty where it has none. */
function faultsOf(
  { name, argument }: MutantKind,
  files: readonly Buffer[],
): Promise<readonly string[]> {
  const frames = files.flatMap((octets) => {
    const length = Buffer.alloc(4);
    length.writeUInt32BE(octets.length);
    return [length, octets];
  });
  const command = ['reads', name, ...(argument === undefined ? [] : [argument])];
  return askReader('openssl', command, Buffer.concat(frames));
}

async function judge(
  { read, reasonOf }: MutantKind,
  octets: Buffer,
  { crashes, slow }: Comparison,
): Promise<Verdict> {
  let reason = '';
  let iterations = 0;
  const bound = () => MAX_MS + iterations * MAX_MS_AN_ITERATION;
  const milliseconds = await cpuMillisecondsWithin(async () => {
    iterations = 0;
    try {
      await read(octets, (more) => {
        iterations += more;
      });
    } catch (error) {
      const own = reasonOf(error);
      if (own === undefined) crashes.push(`${error}: ${octets.toString('base64')}`);
      reason = own ?? 'crash';
    }
  }, bound);
  if (milliseconds > bound()) slow.push(`${milliseconds} ms: ${octets.toString('base64')}`);
  return { reason, octets };
}

function note(
  { accepted }: MutantKind,
  { reason, fault, octets }: Verdict & { readonly fault: string },
  comparison: Comparison,
): void {
  const { stricter, explained, unexplained } = comparison;
  if (reason !== '' && fault !== '') comparison.neither += 1;
  else if (reason !== '') increment(stricter, withoutDetail(reason));
  else if (fault === '') comparison.both += 1;
  else if (accepted.some(({ isFault }) => isFault(fault))) increment(explained, fault);
  else unexplained.push(`${fault}: ${octets.toString('base64')}`);
}

/** Places, object identifiers and numbers differ from file to file. */
function withoutDetail(reason: string): string {
  return reason.replace(/, at octet \d+/, '').replaceAll(/ ?\(?\b\d+(?:\.\d+)+\)?/g, '');
}

function increment(counts: Map<string, number>, what: string): void {
  counts.set(what, (counts.get(what) ?? 0) + 1);
}

function emptyComparison(): Comparison {
  const counts = { both: 0, neither: 0, stricter: new Map(), explained: new Map() };
  return { ...counts, unexplained: [], crashes: [], slow: [] };
}
