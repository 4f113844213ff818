import type { Router } from 'express';
import type { PreflightReport } from '../../src/preflight/preflight.ts';
import type { Consumer } from '../../src/preflight/rule.ts';
import { refuseIdempotencyKey } from '../idempotency-key.ts';
import { NoParameters, parseBody, parseQuery } from '../input.ts';
import { onlyMethods } from '../methods.ts';
import { presentFinding } from '../present-finding.ts';
import { PreflightBody } from '../schemas/preflight.ts';
import { sendJson } from '../send-json.ts';
import { strictRouter } from '../strict-router.ts';

export interface PreflightRoutesDeps {
  /** @throws {PkiError} `request-malformed` */
  readonly preflight: (consumer: Consumer, file: string) => Promise<PreflightReport>;
}

export function preflightRoutes({ preflight }: PreflightRoutesDeps): Router {
  const router = strictRouter();

  router
    .route('/preflight')
    .post(refuseIdempotencyKey, async (req, res) => {
      parseQuery(NoParameters, req);
      const { consumer, file } = parseBody(PreflightBody, req.body);
      const { findings, ...report } = await preflight(consumer, file);
      sendJson(res, 200, {
        ...report,
        findings: findings.map(({ certificate, ...finding }) => ({
          ...presentFinding(finding, [consumer]),
          ...(certificate === undefined ? {} : { certificate }),
        })),
      });
    })
    .all(onlyMethods('POST'));

  return router;
}
