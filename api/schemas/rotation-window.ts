import { z } from 'zod';
import { Duration, Line } from './names.ts';

const MAX_CRON_LENGTH = 200;
const MAX_TIME_ZONE_LENGTH = 64;

/**
 * Five fields of crontab(5), and of its usual extensions only what does not depend on when it is read. Whether they say
 * any time is judged with the target.
 */
const FIVE_FIELDS = /^[A-Za-z0-9*,/#-]+( +[A-Za-z0-9*,/#-]+){4}$/;

/** A target's `rotationWindow`, and that of all targets in the settings file. */
export const RotationWindowBody = z.strictObject({
  cron: z
    .string()
    .max(MAX_CRON_LENGTH)
    .regex(FIVE_FIELDS, 'must be a cron expression of five fields, such as 0 2 * * 6'),
  duration: Duration,
  timeZone: Line.max(MAX_TIME_ZONE_LENGTH).exactOptional(),
});
