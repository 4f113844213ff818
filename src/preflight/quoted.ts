/** Enough to know it by. */
const MAX_CHARACTERS = 200;

/** Text from outside as it is shown to people: in one line, escaped and bounded. */
export function quoted(text: string): string {
  return JSON.stringify(text.length > MAX_CHARACTERS ? `${text.slice(0, MAX_CHARACTERS)}…` : text);
}

/** The first few of the faults that `faultOf` finds in `values`, as one text; `undefined` for none. */
export function faultsIn<T>(
  values: readonly T[],
  faultOf: (value: T) => string | undefined,
): string | undefined {
  let faults: string[] | undefined;
  for (const value of values) {
    const fault = faultOf(value);
    if (fault === undefined) continue;
    faults ??= [];
    if (faults.length === MAX_FAULTS) return `${faults.join('; ')}; and more`;
    faults.push(fault);
  }
  return faults?.join('; ');
}

/** The same for texts from outside that `isWrong` holds of, each in quotes, and then `words`. */
export function quotedFaults(
  texts: readonly string[],
  words: string,
  isWrong: (text: string) => boolean,
): string | undefined {
  return faultsIn(texts, (text) => (isWrong(text) ? `${quoted(text)} ${words}` : undefined));
}

const MAX_FAULTS = 5;
