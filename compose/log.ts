import { type Logger, pino } from 'pino';

/** Nothing that is logged has such members; should it ever, they are blotted out. */
const SECRET_MEMBERS = ['privateKey', 'password', 'token', 'authorization'].flatMap((name) => [
  name,
  `*.${name}`,
]);

/** The log on standard output, one JSON object a line. */
export function openLog(level: string): Logger {
  return pino({ level, redact: SECRET_MEMBERS });
}
