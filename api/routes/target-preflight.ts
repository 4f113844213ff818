import type { Router } from 'express';
import { CONSUMERS } from '../../src/preflight/rule.ts';
import type { TargetPreflight } from '../../src/rotation/target-preflight.ts';
import { NoParameters, parseQuery } from '../input.ts';
import { onlyMethods } from '../methods.ts';
import { presentFinding } from '../present-finding.ts';
import { sendJson } from '../send-json.ts';
import { strictRouter } from '../strict-router.ts';

export interface TargetPreflightRoutesDeps {
  /** @throws {PkiError} `target-unknown` or `target-unavailable` */
  readonly preflightOfTarget: (name: string) => Promise<TargetPreflight>;
}

/** Envoy's words say most about what a target serves; whoever else has some comes after. */
const SPEAKERS = ['envoy', 'istio', ...CONSUMERS] as const;

export function targetPreflightRoutes(deps: TargetPreflightRoutesDeps): Router {
  const router = strictRouter();

  router
    .route('/rotation/targets/:name/preflight')
    .get(async (req, res) => {
      parseQuery(NoParameters, req);
      const { findings, ...preflight } = await deps.preflightOfTarget(req.params.name);
      const presented = findings.map((finding) => presentFinding(finding, SPEAKERS));
      sendJson(res, 200, { ...preflight, findings: presented });
    })
    .all(onlyMethods('GET', 'HEAD'));

  return router;
}
