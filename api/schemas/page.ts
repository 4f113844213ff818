import { z } from 'zod';

const DEFAULT_LIMIT = 100;
const MAX_LIMIT = 1_000;

/** The query parameters of every list that comes in pages. */
export const pageMembers = {
  limit: z
    .string()
    .regex(/^[1-9]\d{0,3}$/, `must be a number from 1 to ${MAX_LIMIT}`)
    .transform(Number)
    .refine((limit) => limit <= MAX_LIMIT, `must be a number from 1 to ${MAX_LIMIT}`)
    .default(DEFAULT_LIMIT),
  cursor: z.string().exactOptional(),
} as const;
