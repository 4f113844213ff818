import type { Router } from 'express';
import { z } from 'zod';
import type { Actor } from '../../src/audit/entry.ts';
import type { Authority } from '../../src/authority/authority.ts';
import type { AuthorityRequest } from '../../src/authority/create-authority.ts';
import { authorityFileNameOf } from '../../src/bundle/file-name.ts';
import type { Warning } from '../../src/certificate.ts';
import { PkiError } from '../../src/errors.ts';
import { encodeCertificates } from '../../src/x509/pem.ts';
import { DER_TYPE, PEM_TYPE, sendDownload } from '../download.ts';
import { NoParameters, parseBody, parseQuery } from '../input.ts';
import { onlyMethods } from '../methods.ts';
import { wireTime } from '../present-certificate.ts';
import { actorOf } from '../request-context.ts';
import { AuthorityBody } from '../schemas/authority.ts';
import { strictRouter } from '../strict-router.ts';

export interface AuthorityRoutesDeps {
  readonly createAuthority: (request: AuthorityRequest, actor: Actor) => Promise<Authority>;
  readonly listAuthorities: () => Promise<readonly Authority[]>;
  readonly findAuthority: (name: string) => Promise<Authority | undefined>;
  /** DER of the path: the authority's own certificate first, the root's last. */
  readonly pathOf: (authority: string) => Promise<readonly Uint8Array[]>;
  /** Warnings about authorities, by name. */
  readonly authorityWarnings: () => Promise<ReadonlyMap<string, Warning>>;
}

const CertificateFormat = z.strictObject({
  format: z.enum(['pem', 'der', 'cer']).default('pem'),
});

export function authorityRoutes(deps: AuthorityRoutesDeps): Router {
  const router = strictRouter();
  const present = async (authority: Authority, warnings: ReadonlyMap<string, Warning>) =>
    presentAuthority(authority, await deps.pathOf(authority.name), warnings.get(authority.name));

  router
    .route('/authorities')
    .get(async (req, res) => {
      parseQuery(NoParameters, req);
      const warnings = await deps.authorityWarnings();
      const authorities = await deps.listAuthorities();
      const items = await Promise.all(authorities.map((authority) => present(authority, warnings)));
      res.json({ items, nextCursor: null });
    })
    .post(async (req, res) => {
      parseQuery(NoParameters, req);
      const body = parseBody(AuthorityBody, req.body);
      const authority = await deps.createAuthority(body, actorOf(res));
      res.status(201).location(`/v1/authorities/${authority.name}`);
      res.json(await present(authority, await deps.authorityWarnings()));
    })
    .all(onlyMethods('GET', 'HEAD', 'POST'));

  router
    .route('/authorities/:name')
    .get(async (req, res) => {
      parseQuery(NoParameters, req);
      const authority = await known(deps, req.params.name);
      res.json(await present(authority, await deps.authorityWarnings()));
    })
    .all(onlyMethods('GET', 'HEAD'));

  addDownloads(router, deps);
  return router;
}

function addDownloads(router: Router, deps: AuthorityRoutesDeps): void {
  router
    .route('/authorities/:name/certificate')
    .get(async (req, res) => {
      const { format } = parseQuery(CertificateFormat, req);
      const { name, certificate } = await known(deps, req.params.name);
      const fileName = authorityFileNameOf(name, format);
      const { der } = certificate;
      if (format === 'der') sendDownload(res, { fileName, mediaType: DER_TYPE, content: der });
      else sendDownload(res, { fileName, mediaType: PEM_TYPE, content: encodeCertificates([der]) });
    })
    .all(onlyMethods('GET', 'HEAD'));

  router
    .route('/authorities/:name/chain')
    .get(async (req, res) => {
      parseQuery(NoParameters, req);
      const { name } = await known(deps, req.params.name);
      const fileName = authorityFileNameOf(name, 'chain');
      const content = encodeCertificates(await deps.pathOf(name));
      sendDownload(res, { fileName, mediaType: PEM_TYPE, content });
    })
    .all(onlyMethods('GET', 'HEAD'));
}

async function known({ findAuthority }: AuthorityRoutesDeps, name: string): Promise<Authority> {
  const authority = await findAuthority(name);
  if (!authority) throw new PkiError('authority-unknown', 'no authority has this name');
  return authority;
}

/** The wire form of an authority, as `openapi.yaml` has it. */
function presentAuthority(
  { name, kind, parent, keyAlgorithm, rsaSignatureScheme, certificate }: Authority,
  path: readonly Uint8Array[],
  warning: Warning | undefined,
) {
  return {
    name,
    kind,
    parent,
    subject: certificate.subject,
    serialNumber: certificate.serialNumber,
    notBefore: wireTime(certificate.notBefore),
    notAfter: wireTime(certificate.notAfter),
    keyAlgorithm,
    ...(rsaSignatureScheme ? { rsaSignatureScheme } : {}),
    fingerprintSha256: certificate.fingerprintSha256,
    certificate: encodeCertificates([certificate.der]),
    chain: encodeCertificates(path.slice(1)),
    ...(warning ? { warnings: [warning] } : {}),
  };
}
