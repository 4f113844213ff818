import type { Request, Response, Router } from 'express';
import type { z } from 'zod';
import type { Actor } from '../../src/audit/entry.ts';
import type { Certificate } from '../../src/certificate.ts';
import type { IssuedLeaf } from '../../src/issuance/issue-leaf.ts';
import type { RekeyRequest, RenewalRequest } from '../../src/issuance/renew-leaf.ts';
import { holderIn } from '../authenticate.ts';
import { parseOptionalBody, parseQuery } from '../input.ts';
import { knownCertificate } from '../known-certificate.ts';
import { onlyMethods } from '../methods.ts';
import { presentIssued } from '../present-certificate.ts';
import { actorOf } from '../request-context.ts';
import { OfAuthority, RekeyBody, RenewalBody } from '../schemas/certificate.ts';
import { strictRouter } from '../strict-router.ts';
import type { CertificateRoutesDeps } from './certificates.ts';

type Successor<T> = (
  order: { readonly certificate: Certificate; readonly request: T },
  actor: Actor,
) => Promise<IssuedLeaf>;

export interface RenewalRoutesDeps
  extends Pick<CertificateRoutesDeps, 'findCertificates' | 'pathAbove' | 'now'> {
  readonly renew: Successor<RenewalRequest>;
  readonly rekey: Successor<RekeyRequest>;
}

/** Certificates that take the place of others: with the same key, or with a new one. */
export function renewalRoutes(deps: RenewalRoutesDeps): Router {
  const router = strictRouter();

  router
    .route('/certificates/:serialNumber/renew')
    .post(async (req, res) => {
      await succeed(deps, { req, res }, { schema: RenewalBody, issue: deps.renew });
    })
    .all(onlyMethods('POST'));

  router
    .route('/certificates/:serialNumber/rekey')
    .post(async (req, res) => {
      await succeed(deps, { req, res }, { schema: RekeyBody, issue: deps.rekey });
    })
    .all(onlyMethods('POST'));

  return router;
}

async function succeed<T>(
  deps: RenewalRoutesDeps,
  { req, res }: { readonly req: Request<{ serialNumber: string }>; readonly res: Response },
  { schema, issue }: { readonly schema: z.ZodType<T>; readonly issue: Successor<T> },
): Promise<void> {
  const { authority } = parseQuery(OfAuthority, req);
  const request = parseOptionalBody(schema, req);
  const certificate =
    holderIn(res) ?? (await knownCertificate(deps, req.params.serialNumber, authority));
  const issued = await issue({ certificate, request }, actorOf(res));
  const above = await deps.pathAbove(issued.certificate);
  res
    .status(201)
    .location(`/v1/certificates/${issued.certificate.serialNumber}`)
    .set('Cache-Control', 'no-store')
    .json(presentIssued(issued, above, deps.now()));
}
