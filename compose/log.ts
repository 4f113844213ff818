import { type DestinationStream, type Logger, pino } from 'pino';

/** Nothing that is logged has such members; should it ever, they are blotted out. */
const SECRET_MEMBERS = ['privateKey', 'password', 'token', 'authorization'].flatMap((name) => [
  name,
  `*.${name}`,
]);

const STANDARD_OUTPUT = 1;
/** What is longer is written before the turn is over; hardly any turn logs as much. */
const MAX_HELD_CHARACTERS = 16_000;

/** The log on standard output, one JSON object a line. */
export function openLog(level: string): Logger {
  return pino({ level, redact: SECRET_MEMBERS }, linesOfOneTurn());
}

/**
 * Writes the lines of one turn of the event loop together: a write costs as much as all else about a line.
 * They are gathered here, since SonicBoom forgets to flush what comes while it still writes.
 */
function linesOfOneTurn(): DestinationStream & { flushSync: () => void } {
  const output = pino.destination({ dest: STANDARD_OUTPUT, sync: false });
  let held = '';
  const passOn = () => {
    const lines = held;
    held = '';
    if (lines !== '') output.write(lines);
  };
  const flushSync = () => {
    passOn();
    output.flushSync();
  };
  process.once('exit', flushSync);
  return {
    write: (line) => {
      if (held === '') setImmediate(passOn);
      held += line;
      if (held.length > MAX_HELD_CHARACTERS) passOn();
    },
    flushSync,
  };
}
