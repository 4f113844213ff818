import { z } from 'zod';
import { ISSUES_PER_SECOND, WRITES_PER_SECOND } from '../../src/rotation/schedule/limits.ts';

const NUMBER = /^\d{1,5}(\.\d{1,3})?$/;

const WRITE_RATE_FAULT =
  'must be a number from 0.1 to 5, or burst: between them, istiod would put off every change in the mesh';

const ISSUE_RATE_FAULT = 'must be a number from 0.1 to 10000, or unlimited';

/** `PKI_ROTATION_RATE`. */
export const WriteRate = z.union(
  [z.literal('burst'), numberText(WRITES_PER_SECOND, WRITE_RATE_FAULT)],
  WRITE_RATE_FAULT,
);

/** `PKI_ROTATION_ISSUE_RATE`. */
export const IssueRate = z.union(
  [z.literal('unlimited'), numberText(ISSUES_PER_SECOND, ISSUE_RATE_FAULT)],
  ISSUE_RATE_FAULT,
);

/** `rate` of a plan, as JSON has it. */
export const PlannedRate = z.union(
  [z.literal('burst'), z.number().min(WRITES_PER_SECOND.min).max(WRITES_PER_SECOND.max)],
  WRITE_RATE_FAULT,
);

function numberText({ min, max }: { readonly min: number; readonly max: number }, fault: string) {
  return z
    .string()
    .regex(NUMBER, fault)
    .transform(Number)
    .refine((number) => number >= min && number <= max, fault);
}
