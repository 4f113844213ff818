import { Router } from 'express';

export interface DistributionRoutesDeps {
  /** Whether both listeners listen and the files of the first start are written. */
  readonly isReady: () => boolean;
  readonly metrics: { readonly contentType: string; readonly text: () => Promise<string> };
}

/** What may be read without a token and without TLS: probes and metrics. */
export function distributionRoutes({ isReady, metrics }: DistributionRoutesDeps): Router {
  const router = Router();

  router.get('/livez', (_req, res) => {
    res.type('text').send('live\n');
  });

  router.get('/readyz', (_req, res) => {
    const ready = isReady();
    res
      .status(ready ? 200 : 503)
      .type('text')
      .send(ready ? 'ready\n' : 'not ready\n');
  });

  router.get('/metrics', async (_req, res) => {
    res.set('Content-Type', metrics.contentType).send(await metrics.text());
  });

  return router;
}
