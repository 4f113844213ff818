import { randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { after } from 'node:test';
import { pino } from 'pino';
import type { TlsMaterial } from '../../api/listener.ts';
import { NO_LIMITS } from '../../src/rotation/schedule/limits.ts';
import { DEADLINES, type Deadlines } from '../../workers/deadlines.ts';
import { Workers } from '../../workers/workers.ts';
import { newHome } from './service-process.ts';

const TICKET_KEY_OCTETS = 48;

interface LogLine {
  readonly msg: string;
  /** A process id. */
  readonly worker: number;
}

/** Workers of the process that runs the tests, yet to begin, and the lines that are logged of them. */
export function ownWorkers(
  count: number,
  { tls, deadlines = {} }: { readonly tls?: TlsMaterial; readonly deadlines?: Partial<Deadlines> },
) {
  const folder = newHome().newFolder('data');
  const lines: LogLine[] = [];
  const start = () => ({
    databaseFile: join(folder, 'certwright.db'),
    commitWaitMs: 0,
    logLevel: 'silent',
    adminToken: 'unused',
    keyEncryptionKey: randomBytes(32),
    tls,
    ticketKeys: randomBytes(TICKET_KEY_OCTETS),
    profiles: [],
    publicUrl: undefined,
    rotation: { limits: NO_LIMITS, window: undefined, schedule: '*/5 * * * *' },
  });
  const log = pino({}, { write: (line) => lines.push(JSON.parse(line) as LogLine) });
  const parts = { start, handlersUntil: () => ({}), log };
  const workers = new Workers(count, parts, { ...DEADLINES, ...deadlines });
  after(() => workers.stop());
  return { workers, lines };
}
