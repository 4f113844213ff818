/** What was managed in one slice of time. */
export interface Slice {
  readonly perSecond: number;
  /** The time within which 99 of 100 answers came; absent where nothing is answered. */
  readonly p99Ms?: number;
}

/** Somebody who takes part: a server under a load, or a mark to be measured by. */
export interface Contender {
  /** Shows that the work is really done; throws otherwise. */
  readonly prove: () => Promise<void>;
  readonly work: (seconds: number) => Promise<Slice>;
}

/** All slices of one contender, one for each round. */
export interface Result {
  readonly name: string;
  readonly slices: readonly Slice[];
}

/** How long everything is measured. */
export interface Schedule {
  readonly rounds: number;
  readonly seconds: number;
  readonly warmUpSeconds: number;
}

/** Everybody in turn in each round, so that whatever else the machine does hits all alike. */
export async function compare<Name extends string>(
  contenders: Readonly<Record<Name, Contender>>,
  { rounds, seconds, warmUpSeconds }: Schedule,
): Promise<Readonly<Record<Name, Result>>> {
  const all = Object.entries<Contender>(contenders).map(([name, contender]) => ({
    ...contender,
    name,
    slices: [] as Slice[],
  }));
  for (const { prove, work } of all) {
    await prove();
    await work(warmUpSeconds);
  }
  for (let round = 0; round < rounds; round += 1) {
    for (const { slices, work } of all) slices.push(await work(seconds));
  }
  for (const { prove } of all) await prove();
  const results = all.map(({ name, slices }) => [name, { name, slices }]);
  return Object.fromEntries(results) as Record<Name, Result>;
}

export function rateOf({ slices }: Result): number {
  return medianOf(slices.map(({ perSecond }) => perSecond));
}

export function p99MsOf({ slices }: Result): number {
  return medianOf(slices.map(({ p99Ms }) => p99Ms ?? Number.NaN));
}

/** The median over the rounds of how often as fast `one` was as `other` in the same round. */
export function ratioOf(one: Result, other: Result): number {
  return medianOf(
    one.slices.map(({ perSecond }, round) => perSecond / (other.slices[round]?.perSecond ?? 0)),
  );
}

export function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}
