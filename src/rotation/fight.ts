/**
 * Another writer at a target's destination: how often it has undone our work of late, and what follows.
 *
 * The certificate is put back at once the first times, for that may have been a hand or a restore. Whoever goes on is a
 * controller, and two that put theirs back in turn would have every gateway load a certificate each second for ever.
 */
export interface Fight {
  /** How often in a row, none of them long after the one before. */
  readonly overwrites: number;
  /** When the last was seen. */
  readonly lastAt: Date;
  /** Whether nothing is written until the back-off ends. */
  readonly isWaiting: boolean;
}

/** From this one on the other is taken for a controller. */
const OVERWRITES_OF_A_FIGHT = 3;
const FIRST_BACK_OFF_MS = 60_000;
export const LAST_BACK_OFF_MS = 60 * 60_000;
/** The least time without another overwrite after which all is forgotten: three passes of the default schedule. */
const LEAST_QUIET_MS = 15 * 60_000;

/**
 * The fight as it stands where our work is found undone at `now`. Until a back-off has ended nothing changes; with its end
 * the certificate is put back once more, and whatever undoes that is another overwrite.
 */
export function undone(fight: Fight | undefined, now: Date): Fight {
  if (fight?.isWaiting) return now < backOffEndOf(fight) ? fight : { ...fight, isWaiting: false };
  const overwrites = !fight || isOver(fight, now) ? 1 : fight.overwrites + 1;
  return { overwrites, lastAt: now, isWaiting: overwrites >= OVERWRITES_OF_A_FIGHT };
}

/** When the certificate is put back again: each time after twice as long, up to an hour. */
export function backOffEndOf({ overwrites, lastAt }: Fight): Date {
  return new Date(lastAt.getTime() + backOffMs(overwrites));
}

/** Whether this overwrite is the one by which the other turned out to be a controller. */
export function isDeclared({ overwrites }: Fight): boolean {
  return overwrites === OVERWRITES_OF_A_FIGHT;
}

/** Whether the other has kept its hands off for so long that the fight is over. */
export function isOver(fight: Fight, now: Date): boolean {
  return now.getTime() - fight.lastAt.getTime() > quietMs(fight);
}

function backOffMs(overwrites: number): number {
  const doublings = Math.max(0, overwrites - OVERWRITES_OF_A_FIGHT);
  return Math.min(FIRST_BACK_OFF_MS * 2 ** doublings, LAST_BACK_OFF_MS);
}

/** Longer than the back-off, or an overwrite right after it would count as the first. */
function quietMs({ overwrites }: Fight): number {
  return Math.max(LEAST_QUIET_MS, 2 * backOffMs(overwrites));
}
