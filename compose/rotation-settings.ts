import type { RotationLimits } from '../src/rotation/schedule/limits.ts';
import type { RotationWindow } from '../src/rotation/schedule/rotation-window.ts';

/** When and how fast may be rotated, as the settings say; every process knows it, since each of them can plan. */
export interface RotationSettings {
  readonly limits: RotationLimits;
  /** Of the targets that have none of their own. */
  readonly window: RotationWindow | undefined;
  /** When passes of the schedule begin, as node-cron has it. */
  readonly schedule: string;
}
