import type { Router } from 'express';
import type { RecordedAuthority } from '../../src/authority/authority.ts';
import { PkiError } from '../../src/errors.ts';
import { DER_TYPE } from '../download.ts';
import { NoParameters, parseQuery } from '../input.ts';
import { onlyMethods } from '../methods.ts';
import { sendOwnOctets } from '../send-octets.ts';
import { strictRouter } from '../strict-router.ts';

export interface DistributionRoutesDeps {
  /** Whether both listeners listen and the files of the first start are written. */
  readonly isReady: () => boolean;
  readonly findAuthority: (name: string) => Promise<RecordedAuthority | undefined>;
  readonly metrics: { readonly contentType: string; readonly text: () => Promise<string> };
}

/** A certificate may be kept by whoever builds paths, but not past a roll-over. */
const CACHE_SECONDS = 3_600;

/** What may be read without a token and without TLS: authorities' certificates, probes and metrics. */
export function distributionRoutes(deps: DistributionRoutesDeps): Router {
  const { isReady, metrics, findAuthority } = deps;
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
      res.set('Content-Type', metrics.contentType);
      sendOwnOctets(res, Buffer.from(await metrics.text()));
    })
    .all(onlyMethods('GET', 'HEAD'));

  router
    .route('/pki/authorities/:file')
    .get(async (req, res) => {
      parseQuery(NoParameters, req);
      // RFC 5280 §4.2.2.1: one certificate in DER, at an address that ends with .cer.
      const [, name] = /^(.+)\.cer$/.exec(req.params.file) ?? [];
      const authority = name === undefined ? undefined : await findAuthority(name);
      // Without a token nobody is told which authorities await their certificates.
      const certificate = authority?.certificate;
      if (!certificate) throw new PkiError('authority-unknown', 'no authority has this name');
      res.set('Content-Type', DER_TYPE).set('Cache-Control', `public, max-age=${CACHE_SECONDS}`);
      res.send(Buffer.from(certificate.der));
    })
    .all(onlyMethods('GET', 'HEAD'));

  return router;
}
