import { type DestinationStream, type Logger, pino } from 'pino';

/** Nothing that is logged has such members; should it ever, they are blotted out. */
const SECRET_MEMBERS = ['privateKey', 'password', 'token', 'authorization'].flatMap((name) => [
  name,
  `*.${name}`,
]);

const STANDARD_OUTPUT = 1;
/** The most that is written at once; hardly any turn logs as much. */
const MAX_HELD_CHARACTERS = 16_000;

/** The log on standard output, one JSON object a line. */
export function openLog(level: string): Logger {
  return pino({ level, redact: SECRET_MEMBERS }, linesOfOneTurn());
}

/**
 * Writes the lines of one turn of the event loop together: a write costs as much as all else about a line.
 * What waits when the process ends is written then by pino.
 */
function linesOfOneTurn(): DestinationStream & { flushSync: () => void } {
  const output = pino.destination({
    dest: STANDARD_OUTPUT,
    sync: false,
    minLength: MAX_HELD_CHARACTERS,
  });
  let isScheduled = false;
  const flush = () => {
    isScheduled = false;
    output.flush();
  };
  return {
    write: (line) => {
      output.write(line);
      if (!isScheduled) setImmediate(flush);
      isScheduled = true;
    },
    flushSync: () => output.flushSync(),
  };
}
