import type { Router } from 'express';
import type { Profile } from '../../src/issuance/profile.ts';
import { NoParameters, parseQuery } from '../input.ts';
import { onlyMethods } from '../methods.ts';
import { presentProfile } from '../schemas/profile.ts';
import { sendJson } from '../send-json.ts';
import { strictRouter } from '../strict-router.ts';

export interface ProfileRoutesDeps {
  readonly listProfiles: () => readonly Profile[];
}

/** What may be issued here, and on which terms. */
export function profileRoutes({ listProfiles }: ProfileRoutesDeps): Router {
  const router = strictRouter();

  router
    .route('/profiles')
    .get((req, res) => {
      parseQuery(NoParameters, req);
      sendJson(res, 200, { items: listProfiles().map(presentProfile), nextCursor: null });
    })
    .all(onlyMethods('GET', 'HEAD'));

  return router;
}
