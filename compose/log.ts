import { writeSync } from 'node:fs';
import { type DestinationStream, type Logger, pino } from 'pino';

/** Nothing that is logged has such members; should it ever, they are blotted out. */
const SECRET_MEMBERS = ['privateKey', 'password', 'token', 'authorization'].flatMap((name) => [
  name,
  `*.${name}`,
]);

const STANDARD_OUTPUT = 1;
/** What is longer is written before the turn is over; hardly any turn logs as much. */
const MAX_HELD_CHARACTERS = 16_000;

/** How long a process that ends waits for whoever reads its log. */
const FULL_PIPE_MS = 2_000;
const RETRY_MS = 10;
const SLEEP = new Int32Array(new SharedArrayBuffer(4));

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
  let isWriting = false;
  output.on('drain', () => {
    isWriting = false;
  });
  const taken = () => {
    const lines = held;
    held = '';
    return lines;
  };
  const passOn = () => {
    if (held === '') return;
    isWriting = true;
    output.write(taken());
  };
  /** Whatever ends the process does not wait for a write that goes on beside it. */
  const flushSync = () => {
    if (!isWriting) writeNow(taken());
    else {
      output.write(taken());
      output.flushSync();
    }
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

/** A pipe that is full is tried again for a while; where nobody reads, that is the end of it. */
function writeNow(text: string): void {
  const octets = Buffer.from(text);
  const deadline = performance.now() + FULL_PIPE_MS;
  for (let at = 0; at < octets.length; ) {
    try {
      at += writeSync(STANDARD_OUTPUT, octets, at);
    } catch (error) {
      const isFull = (error as NodeJS.ErrnoException).code === 'EAGAIN';
      if (!isFull || performance.now() > deadline) return;
      Atomics.wait(SLEEP, 0, 0, RETRY_MS);
    }
  }
}
