import type { Requested } from './certification-requests.ts';
import type { Schedule } from './comparison.ts';

/** What all measurements of one run share. */
export interface Bench {
  /** Everybody is sent the same ones. */
  readonly requests: readonly Requested[];
  readonly schedule: Schedule;
  /** How long the service is watched under load. */
  readonly soakSeconds: number;
  /** Whether it is only to be seen that everything works; the figures mean nothing then. */
  readonly isQuick: boolean;
  /** Makes an empty folder on the disk. */
  readonly newFolder: (name: string) => string;
}
