import type { Router } from 'express';
import { durationSeconds } from '../../src/issuance/duration.ts';
import type { PlanRequest, RotationPlan } from '../../src/rotation/plan-rotation.ts';
import { refuseIdempotencyKey } from '../idempotency-key.ts';
import { NoParameters, parseOptionalBody, parseQuery } from '../input.ts';
import { onlyMethods } from '../methods.ts';
import { wireTime } from '../present-certificate.ts';
import { RotationPlanBody } from '../schemas/rotation-plan.ts';
import { sendJson } from '../send-json.ts';
import { strictRouter } from '../strict-router.ts';

export interface RotationPlanRoutesDeps {
  /** @throws {PkiError} `authority-unknown` where the request names one that is not there */
  readonly planRotation: (
    request: Omit<PlanRequest, 'replacedAuthorities'> & {
      readonly authorityReplaced: string | undefined;
    },
  ) => Promise<RotationPlan>;
}

export function rotationPlanRoutes(deps: RotationPlanRoutesDeps): Router {
  const router = strictRouter();

  router
    .route('/rotation/plan')
    .post(refuseIdempotencyKey, async (req, res) => {
      parseQuery(NoParameters, req);
      const { horizon, 'what-if': whatIf, limit } = parseOptionalBody(RotationPlanBody, req);
      const plan = await deps.planRotation({
        horizonSeconds: durationSeconds(horizon),
        isAllForced: whatIf.allForced,
        authorityReplaced: whatIf.authorityReplaced,
        rate: whatIf.rate,
        limit,
      });
      sendJson(res, 200, presentPlan(plan));
    })
    .all(onlyMethods('POST'));

  return router;
}

function presentPlan(whole: RotationPlan) {
  const { from, until, eta, items, peakRate, wouldExpire, wouldFail, ...plan } = whole;
  return {
    from: wireTime(from),
    until: wireTime(until),
    ...plan,
    items: items.map(({ at, notAfter, ...item }) => ({
      ...item,
      at: wireTime(at),
      notAfter: notAfter && wireTime(notAfter),
    })),
    eta: eta && wireTime(eta),
    peakRate: { ...peakRate, at: peakRate.at && wireTime(peakRate.at) },
    wouldExpire: wouldExpire.map(({ target, at }) => ({ target, at: wireTime(at) })),
    wouldFail: wouldFail.map(({ at, ...failure }) => ({ ...failure, at: wireTime(at) })),
  };
}
