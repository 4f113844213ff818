/** How every answer of `jsonFault` begins. */
export const NO_JSON = 'is not valid JSON';

/** Where the parser of V8 says a place; what its message holds of the text itself comes before that. */
const POSITION = / in JSON at position (\d+)(?: \(line \d+ column \d+\))?$/;

/** Why a text is not JSON, without any of its content: the place, where the parser tells one. */
export function jsonFault(text: string, error: unknown): string {
  const said = error instanceof Error ? error.message : '';
  const [, position] = POSITION.exec(said) ?? [];
  if (position !== undefined) return `${NO_JSON}, at ${placeIn(text, Number(position))}`;
  const isCutOff = said === 'Unexpected end of JSON input';
  return isCutOff ? `${NO_JSON}: it ends too early` : NO_JSON;
}

/** Counted from 1, in characters; of a text of one line the column alone. */
function placeIn(text: string, position: number): string {
  const before = text.slice(0, position).split('\n');
  const column = `column ${[...(before.at(-1) ?? '')].length + 1}`;
  return text.includes('\n') ? `line ${before.length}, ${column}` : column;
}
