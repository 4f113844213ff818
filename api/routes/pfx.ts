import type { KeyObject } from 'node:crypto';
import type { Request, Response, Router } from 'express';
import type { Actor } from '../../src/audit/entry.ts';
import { fileNameOf, foreignPfxFileNameOf } from '../../src/bundle/file-name.ts';
import type { Pfx, PfxRequest } from '../../src/bundle/pfx.ts';
import type { Certificate, Warning } from '../../src/certificate.ts';
import { PFX_TYPE, sendDownload } from '../download.ts';
import { refuseIdempotencyKey } from '../idempotency-key.ts';
import { NoParameters, parseBody, parseQuery } from '../input.ts';
import { knownCertificate } from '../known-certificate.ts';
import { malformed } from '../malformed.ts';
import { onlyMethods } from '../methods.ts';
import { actorOf } from '../request-context.ts';
import { OfAuthority } from '../schemas/certificate.ts';
import { CertificatePfxBody, PfxBody } from '../schemas/pfx.ts';
import { sendJson } from '../send-json.ts';
import { strictRouter } from '../strict-router.ts';
import type { CertificateRoutesDeps } from './certificates.ts';

export interface PfxRoutesDeps
  extends Pick<CertificateRoutesDeps, 'findCertificates' | 'pathAbove'> {
  readonly makePfx: (request: PfxRequest) => Promise<Pfx>;
  /** @throws {PkiError} `private-key-not-stored` */
  readonly storedPrivateKey: (certificate: Certificate) => Promise<KeyObject>;
  /** Writes into the journal that a key leaves, before it does. */
  readonly recordKeyDownload: (certificate: Certificate, actor: Actor) => Promise<void>;
  /** @throws {PkiError} `request-malformed` or `chain-invalid` */
  readonly certificationPath: (input: {
    readonly privateKey: string;
    readonly certificates: string;
  }) => Promise<{
    readonly privateKey: KeyObject;
    readonly certificates: readonly Uint8Array[];
    readonly warnings: readonly Warning[];
  }>;
}

export function pfxRoutes(deps: PfxRoutesDeps): Router {
  const router = strictRouter();

  router
    .route('/certificates/:serialNumber/pfx')
    .post(refuseIdempotencyKey, async (req, res) => {
      await ofCertificate(deps, req, res);
    })
    .all(onlyMethods('POST'));

  router
    .route('/pfx')
    .post(refuseIdempotencyKey, async (req, res) => {
      parseQuery(NoParameters, req);
      const body = parseBody(PfxBody, req.body);
      assertPassword(req, body.password);
      const { warnings, ...path } = await deps.certificationPath(body);
      const { password, encryption } = body;
      const pfx = await deps.makePfx({ ...path, password, encryption });
      const fileName = foreignPfxFileNameOf(path.certificates[0] ?? Buffer.alloc(0));
      sendPfx(req, res, { fileName, pfx: { ...pfx, warnings: [...warnings, ...pfx.warnings] } });
    })
    .all(onlyMethods('POST'));

  return router;
}

async function ofCertificate(
  deps: PfxRoutesDeps,
  req: Request<{ serialNumber: string }>,
  res: Response,
): Promise<void> {
  const { authority } = parseQuery(OfAuthority, req);
  const { friendlyName, password, encryption } = parseBody(CertificatePfxBody, req.body);
  assertPassword(req, password);
  const certificate = await knownCertificate(deps, req.params.serialNumber, authority);
  const privateKey = await deps.storedPrivateKey(certificate);
  const pfx = await deps.makePfx({
    privateKey,
    certificates: [certificate.der, ...(await deps.pathAbove(certificate))],
    password,
    encryption,
    ...(friendlyName === undefined ? {} : { friendlyName }),
  });
  await deps.recordKeyDownload(certificate, actorOf(res));
  sendPfx(req, res, { fileName: fileNameOf(certificate, 'pfx'), pfx });
}

/** A made-up password has no place in the binary form, where nobody would ever see it. */
function assertPassword(req: Request, password: string | undefined): void {
  if (password !== undefined || wantsJson(req)) return;
  const detail = 'is required, unless the answer is asked for as application/json';
  throw malformed([{ pointer: '/password', detail }]);
}

function sendPfx(
  req: Request,
  res: Response,
  { fileName, pfx }: { readonly fileName: string; readonly pfx: Pfx },
): void {
  res.vary('Accept');
  if (wantsJson(req)) {
    const { password, warnings } = pfx;
    res.set('Cache-Control', 'no-store');
    sendJson(res, 200, { pfx: pfx.pfx.toString('base64'), password, warnings });
    return;
  }
  const codes = pfx.warnings.map(({ code }) => code);
  if (codes.length > 0) res.set('Certwright-Warning', codes.join(', '));
  sendDownload(res, { fileName, mediaType: PFX_TYPE, content: pfx.pfx });
}

/** The binary form is the default: only who names JSON before it gets JSON. */
function wantsJson(req: Request): boolean {
  return req.accepts(PFX_TYPE, 'application/json') === 'application/json';
}
