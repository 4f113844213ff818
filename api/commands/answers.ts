import { z } from 'zod';
import { type Destination, TARGET_STATES } from '../../src/rotation/target.ts';
import { needsAttention } from '../../src/rotation/urgency.ts';

const Instant = z.iso.datetime();

/** A target, as far as commands tell of it. */
const Target = z.looseObject({
  name: z.string(),
  destination: z.custom<Destination>((value) => typeof value === 'object'),
  status: z.looseObject({
    state: z.enum(TARGET_STATES),
    reasons: z.array(z.string()),
    serialNumber: z.string().nullable(),
    notAfter: Instant.nullable(),
    nextRotationAt: Instant.nullable(),
    lastRotatedAt: Instant.nullable(),
    lastError: z.string().nullable(),
    conflict: z.looseObject({ resumesAt: Instant.nullable() }).nullable(),
    served: z.looseObject({ state: z.string() }).nullish(),
  }),
});

export type TargetAnswer = z.infer<typeof Target>;

export const TargetList = z.looseObject({ items: z.array(Target) });

/** What a pass did with one target. */
const Item = z.looseObject({
  target: z.string(),
  outcome: z.enum(['rotated', 'current', 'failed', 'queued']),
  reasons: z.array(z.string()),
  serialNumber: z.string().nullable(),
  error: z.string().optional(),
});

export type ItemAnswer = z.infer<typeof Item>;

export const Items = z.looseObject({ items: z.array(Item) });

export const History = z.looseObject({
  items: z.array(
    z.looseObject({
      revision: z.int(),
      serialNumber: z.string(),
      notAfter: z.string(),
      reasons: z.array(z.string()),
      actor: z.string(),
      writtenAt: z.string().nullable(),
      provenAt: z.string().nullable(),
      keyKept: z.boolean(),
    }),
  ),
  nextCursor: z.string().nullable(),
});

export const Preflight = z.looseObject({
  target: z.string(),
  serialNumber: z.string().nullable(),
  verdict: z.enum(['accepted', 'refused']),
  findings: z.array(
    z.looseObject({
      rule: z.string(),
      severity: z.string(),
      detail: z.string(),
      source: z.string(),
      prevents: z.string().nullish(),
    }),
  ),
});

/** Whether somebody ought to look at a target, as the service itself judges it. */
export function isTroubled({ status }: TargetAnswer, now: Date): boolean {
  const standing = {
    state: status.state,
    notAfter: dateOf(status.notAfter),
    nextRotationAt: dateOf(status.nextRotationAt),
    isStale: status.served?.state === 'stale',
  };
  return needsAttention(standing, now);
}

/** An instant of the wire; null where there is none. */
export function dateOf(instant: string | null): Date | null {
  return instant === null ? null : new Date(instant);
}
