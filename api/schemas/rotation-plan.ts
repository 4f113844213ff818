import { z } from 'zod';
import { MAX_ITEMS } from '../../src/rotation/plan-rotation.ts';
import { Duration, Name } from './names.ts';
import { PlannedRate } from './rotation-rate.ts';

const DEFAULT_ITEMS = 100;

/** Body of `POST /v1/rotation/plan`. */
export const RotationPlanBody = z.strictObject({
  horizon: Duration.default('30d'),
  'what-if': z
    .strictObject({
      authorityReplaced: Name.exactOptional(),
      allForced: z.boolean().default(false),
      rate: PlannedRate.exactOptional(),
    })
    .prefault({}),
  limit: z.int().min(0).max(MAX_ITEMS).default(DEFAULT_ITEMS),
});
