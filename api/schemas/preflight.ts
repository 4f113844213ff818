import { z } from 'zod';
import { CONSUMERS } from '../../src/preflight/rule.ts';

/** Body of `POST /v1/preflight`. */
export const PreflightBody = z.strictObject({
  consumer: z.enum(CONSUMERS),
  file: z.string().min(1).max(524_288),
});
