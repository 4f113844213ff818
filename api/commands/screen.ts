import { styleText } from 'node:util';

/** Where a command writes for its reader. */
export interface Screen {
  readonly write: (text: string) => void;
  /** Columns of the terminal; absent where the reader is a file or another program, for which nothing is shortened. */
  readonly width?: number | undefined;
  readonly hasColours: boolean;
}

/** How something stands, as far as a colour can tell. */
export type Mood = 'good' | 'notable' | 'bad';

const COLOURS = { good: 'green', notable: 'yellow', bad: 'red' } as const;

/** `text` in the colour of `mood`, on a screen that has some. */
export function painted({ hasColours }: Screen, mood: Mood, text: string): string {
  // Whether it suits the stream and the environment is decided where the screen is made.
  return hasColours ? styleText(COLOURS[mood], text, { validateStream: false }) : text;
}
