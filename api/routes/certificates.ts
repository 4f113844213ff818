import type { Request, Response, Router } from 'express';
import { z } from 'zod';
import type { Actor } from '../../src/audit/entry.ts';
import { fileNameOf } from '../../src/bundle/file-name.ts';
import type { Certificate } from '../../src/certificate.ts';
import type { Answer } from '../../src/idempotency/answer.ts';
import type { IssuedLeaf, LeafRequest } from '../../src/issuance/issue-leaf.ts';
import { encodeCertificates } from '../../src/x509/pem.ts';
import { encodeCertificatesOnly } from '../../src/x509/pkcs7.ts';
import { type AnswerOnceDeps, answerOnce } from '../answer-once.ts';
import { decodeCursor, encodeCursor } from '../cursor.ts';
import { DER_TYPE, type Download, P7B_TYPE, PEM_TYPE, sendDownload } from '../download.ts';
import { NoParameters, parseBody, parseQuery } from '../input.ts';
import { knownCertificate } from '../known-certificate.ts';
import { onlyMethods } from '../methods.ts';
import { presentCertificate, presentIssued } from '../present-certificate.ts';
import { actorOf } from '../request-context.ts';
import { CertificateBody, CertificateListQuery, CertificateQuery } from '../schemas/certificate.ts';
import { Name } from '../schemas/names.ts';
import { sendJson } from '../send-json.ts';
import { strictRouter } from '../strict-router.ts';

/** What a list is narrowed down to; absent members do not narrow. */
interface CertificateFilter {
  readonly dnsName?: string | undefined;
  readonly authority?: string | undefined;
  readonly profile?: string | undefined;
  readonly expiresBefore?: Date | undefined;
  readonly status?: 'valid' | 'expired' | undefined;
  readonly now: Date;
}

interface CertificatePosition {
  readonly issuedAt: string;
  readonly serialNumber: string;
  readonly authority: string;
}

const Position = z.strictObject({
  issuedAt: z.iso.datetime({ precision: 3 }),
  serialNumber: z.string().regex(/^([0-9a-f]{2}){1,20}$/),
  authority: Name,
});

export interface CertificateRoutesDeps {
  readonly now: () => Date;
  readonly issue: (request: LeafRequest, actor: Actor) => Promise<IssuedLeaf>;
  /** Of several authorities, where imported ones use the same number. */
  readonly findCertificates: (serialNumber: string) => Promise<readonly Certificate[]>;
  readonly listCertificates: (page: {
    readonly filter: CertificateFilter;
    readonly limit: number;
    readonly after: CertificatePosition | undefined;
  }) => Promise<readonly { certificate: Certificate; position: CertificatePosition }[]>;
  /** DER of the certificates above, issuer first, root last; none for a root. */
  readonly pathAbove: (certificate: Certificate) => Promise<readonly Uint8Array[]>;
}

type Issuing = Pick<CertificateRoutesDeps, 'issue'>;

export function certificateRoutes(deps: CertificateRoutesDeps & AnswerOnceDeps<Issuing>): Router {
  const router = strictRouter();

  router
    .route('/certificates')
    .get(async (req, res) => {
      sendJson(res, 200, await listPage(deps, parseQuery(CertificateListQuery, req)));
    })
    .post(async (req, res) => {
      const asked = { operation: 'issueCertificate', req, res };
      await answerOnce<Issuing>(deps, asked, (issuing) => issue(deps, issuing, { req, res }));
    })
    .all(onlyMethods('GET', 'HEAD', 'POST'));

  router
    .route('/certificates/:serialNumber')
    .get(async (req, res) => {
      await show(deps, req, res);
    })
    .all(onlyMethods('GET', 'HEAD'));

  return router;
}

async function issue(
  deps: Pick<CertificateRoutesDeps, 'pathAbove' | 'now'>,
  issuing: Issuing,
  { req, res }: { readonly req: Request; readonly res: Response },
): Promise<Answer> {
  parseQuery(NoParameters, req);
  const issued = await issuing.issue(parseBody(CertificateBody, req.body), actorOf(res));
  const { certificate } = issued;
  const above = await deps.pathAbove(certificate);
  const location = `/v1/certificates/${certificate.serialNumber}`;
  return { status: 201, location, body: presentIssued(issued, above, deps.now()) };
}

async function show(
  deps: CertificateRoutesDeps,
  req: Request<{ serialNumber: string }>,
  res: Response,
): Promise<void> {
  const { authority, ...query } = parseQuery(CertificateQuery, req);
  const certificate = await knownCertificate(deps, req.params.serialNumber, authority);
  const above = await deps.pathAbove(certificate);
  if (query.format === 'json')
    sendJson(res, 200, presentCertificate(certificate, above, deps.now()));
  else sendDownload(res, downloadOf(certificate, above, { ...query, format: query.format }));
}

type FileFormat = Exclude<z.infer<typeof CertificateQuery>['format'], 'json'>;

function downloadOf(
  certificate: Certificate,
  above: readonly Uint8Array[],
  { format, root }: { readonly format: FileFormat; readonly root?: 'include' | undefined },
): Download {
  const fileName = fileNameOf(certificate, format);
  const { der } = certificate;
  switch (format) {
    case 'pem':
    case 'cer':
      return { fileName, mediaType: PEM_TYPE, content: encodeCertificates([der]) };
    case 'chain':
      return { fileName, mediaType: PEM_TYPE, content: encodeCertificates(above) };
    case 'fullchain': {
      // certbot's meaning: who trusts the root has it, and who does not gains nothing by it.
      const sent = root === 'include' ? above : above.slice(0, -1);
      return { fileName, mediaType: PEM_TYPE, content: encodeCertificates([der, ...sent]) };
    }
    case 'der':
      return { fileName, mediaType: DER_TYPE, content: der };
    case 'p7b':
      return { fileName, mediaType: P7B_TYPE, content: encodeCertificatesOnly([der, ...above]) };
  }
}

async function listPage(
  deps: CertificateRoutesDeps,
  { limit, cursor, expiresBefore, ...rest }: z.infer<typeof CertificateListQuery>,
) {
  const scope = ['certificates', { ...rest, expiresBefore }];
  const before = expiresBefore === undefined ? undefined : new Date(expiresBefore);
  const filter = { ...rest, expiresBefore: before, now: deps.now() };
  const after = cursor === undefined ? undefined : decodeCursor(scope, Position, cursor);
  const found = await deps.listCertificates({ filter, limit: limit + 1, after });
  const page = found.slice(0, limit);
  const last = found.length > limit ? page.at(-1)?.position : undefined;
  return {
    items: await Promise.all(
      page.map(async ({ certificate }) =>
        presentCertificate(certificate, await deps.pathAbove(certificate), filter.now),
      ),
    ),
    nextCursor: last ? encodeCursor(scope, last) : null,
  };
}
