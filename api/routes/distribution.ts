import type { Router } from 'express';
import { onlyMethods } from '../methods.ts';
import { strictRouter } from '../strict-router.ts';

export interface DistributionRoutesDeps {
  /** Whether both listeners listen and the files of the first start are written. */
  readonly isReady: () => boolean;
  readonly metrics: { readonly contentType: string; readonly text: () => Promise<string> };
}

/** What may be read without a token and without TLS: probes and metrics. */
export function distributionRoutes({ isReady, metrics }: DistributionRoutesDeps): Router {
  const router = strictRouter();

  router
    .route('/livez')
    .get((_req, res) => {
      res.type('text').send('live\n');
    })
    .all(onlyMethods('GET', 'HEAD'));

  router
    .route('/readyz')
    .get((_req, res) => {
      const ready = isReady();
      res
        .status(ready ? 200 : 503)
        .type('text')
        .send(ready ? 'ready\n' : 'not ready\n');
    })
    .all(onlyMethods('GET', 'HEAD'));

  router
    .route('/metrics')
    .get(async (_req, res) => {
      res.set('Content-Type', metrics.contentType).send(await metrics.text());
    })
    .all(onlyMethods('GET', 'HEAD'));

  return router;
}
