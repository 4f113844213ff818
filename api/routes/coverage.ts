import type { Router } from 'express';
import { FINDING_SOURCES, type Finding } from '../../src/discovery/finding.ts';
import type { CoverageReport } from '../../src/discovery/report.ts';
import { NoParameters, parseQuery } from '../input.ts';
import { onlyMethods } from '../methods.ts';
import { sendJson } from '../send-json.ts';
import { strictRouter } from '../strict-router.ts';

export interface CoverageRoutesDeps {
  readonly coverage: () => Promise<CoverageReport>;
}

export function coverageRoutes(deps: CoverageRoutesDeps): Router {
  const router = strictRouter();

  router
    .route('/rotation/coverage')
    .get(async (req, res) => {
      parseQuery(NoParameters, req);
      const { findings, sources } = await deps.coverage();
      sendJson(res, 200, { items: findings.map(presentFinding), nextCursor: null, sources });
    })
    .all(onlyMethods('GET', 'HEAD'));

  return router;
}

/** The wire form of a finding: with whose rule it breaks. */
function presentFinding({ others = [], ...finding }: Finding) {
  return { ...finding, others, source: FINDING_SOURCES[finding.code] };
}
