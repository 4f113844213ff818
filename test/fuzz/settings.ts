/** The seed of this run: a new one each time, unless FUZZ_SEED gives that of a run to see again. */
export const SEED = Number(process.env['FUZZ_SEED'] ?? Date.now() % 1_000_000_000);

/** How many cases all properties of all files try together. */
export const CASES = Number(process.env['FUZZ_CASES'] ?? 100_000);
