import type { Request, Response, Router } from 'express';
import type { z } from 'zod';
import type { Answer } from '../../src/idempotency/answer.ts';
import type { IssuedLeaf } from '../../src/issuance/issue-leaf.ts';
import type { Rekeying } from '../../src/issuance/rekey-certificate.ts';
import type { Renewal } from '../../src/issuance/renewal-order.ts';
import { SelfRenewals } from '../../src/issuance/self-renewals.ts';
import { type AnswerOnceDeps, answerOnce } from '../answer-once.ts';
import { holderIn } from '../authenticate.ts';
import { parseOptionalBody, parseQuery } from '../input.ts';
import { knownCertificate } from '../known-certificate.ts';
import { onlyMethods } from '../methods.ts';
import { presentIssued } from '../present-certificate.ts';
import { actorOf } from '../request-context.ts';
import { OfAuthority, RekeyBody, RenewalBody } from '../schemas/certificate.ts';
import { strictRouter } from '../strict-router.ts';
import type { CertificateRoutesDeps } from './certificates.ts';

export interface RenewalRoutesDeps
  extends Pick<CertificateRoutesDeps, 'findCertificates' | 'pathAbove' | 'now'> {
  readonly renew: (renewal: Renewal) => Promise<IssuedLeaf>;
  readonly rekey: (rekeying: Rekeying) => Promise<IssuedLeaf>;
  /** Milliseconds of a clock that nobody sets. */
  readonly ticks: () => number;
}

type Issuing = Pick<RenewalRoutesDeps, 'renew' | 'rekey'>;

/** Certificates that take the place of others: with the same key, or with a new one. */
export function renewalRoutes(deps: RenewalRoutesDeps & AnswerOnceDeps<Issuing>): Router {
  const router = strictRouter();
  const selfRenewals = new SelfRenewals(deps.ticks);
  // To be answered again is an attempt like any other.
  const admit = (res: Response) => {
    const holder = holderIn(res);
    if (holder) selfRenewals.admit(holder);
  };

  router
    .route('/certificates/:serialNumber/renew')
    .post(async (req, res) => {
      admit(res);
      const asked = { operation: 'renewCertificate', req, res };
      await answerOnce<Issuing>(deps, asked, ({ renew }) =>
        succeed(deps, { req, res }, { schema: RenewalBody, issue: renew }),
      );
    })
    .all(onlyMethods('POST'));

  router
    .route('/certificates/:serialNumber/rekey')
    .post(async (req, res) => {
      admit(res);
      const asked = { operation: 'rekeyCertificate', req, res };
      await answerOnce<Issuing>(deps, asked, ({ rekey }) =>
        succeed(deps, { req, res }, { schema: RekeyBody, issue: rekey }),
      );
    })
    .all(onlyMethods('POST'));

  return router;
}

async function succeed<T extends z.infer<typeof RenewalBody>>(
  deps: RenewalRoutesDeps,
  { req, res }: { readonly req: Request<{ serialNumber: string }>; readonly res: Response },
  {
    schema,
    issue,
  }: {
    readonly schema: z.ZodType<T>;
    readonly issue: (order: Renewal & T) => Promise<IssuedLeaf>;
  },
): Promise<Answer> {
  const holder = holderIn(res);
  const { authority } = parseQuery(OfAuthority, req);
  const request = parseOptionalBody(schema, req);
  const certificate = holder ?? (await knownCertificate(deps, req.params.serialNumber, authority));
  const isByItself = holder !== undefined;
  const issued = await issue({ ...request, certificate, isByItself, actor: actorOf(res) });
  const above = await deps.pathAbove(issued.certificate);
  const location = `/v1/certificates/${issued.certificate.serialNumber}`;
  return { status: 201, location, body: presentIssued(issued, above, deps.now()) };
}
