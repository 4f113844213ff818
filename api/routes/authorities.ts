import type { Router } from 'express';
import { z } from 'zod';
import type { Actor } from '../../src/audit/entry.ts';
import {
  type Authority,
  AWAITS_CERTIFICATE,
  isCertified,
  type RecordedAuthority,
} from '../../src/authority/authority.ts';
import type { AuthorityDeclaration } from '../../src/authority/missing-authorities.ts';
import { authorityFileNameOf } from '../../src/bundle/file-name.ts';
import type { Warning } from '../../src/certificate.ts';
import { PkiError } from '../../src/errors.ts';
import type { Answer } from '../../src/idempotency/answer.ts';
import { encodeCertificates } from '../../src/x509/pem.ts';
import { type AnswerOnceDeps, answerOnce } from '../answer-once.ts';
import { DER_TYPE, PEM_TYPE, sendDownload } from '../download.ts';
import { NoParameters, parseBody, parseQuery } from '../input.ts';
import { onlyMethods } from '../methods.ts';
import { presentAuthority } from '../present-authority.ts';
import { actorOf } from '../request-context.ts';
import { authorityBodyUnder } from '../schemas/authority.ts';
import { sendJson } from '../send-json.ts';
import { strictRouter } from '../strict-router.ts';
import type { ProfileRoutesDeps } from './profiles.ts';

export interface AuthorityRoutesDeps extends ProfileRoutesDeps {
  readonly createAuthority: (
    request: AuthorityDeclaration,
    actor: Actor,
  ) => Promise<RecordedAuthority>;
  readonly listAuthorities: () => Promise<readonly RecordedAuthority[]>;
  readonly findAuthority: (name: string) => Promise<RecordedAuthority | undefined>;
  /** DER of the path: the authority's own certificate first, the root's last. */
  readonly pathOf: (authority: string) => Promise<readonly Uint8Array[]>;
  /** Warnings about authorities, by name. */
  readonly authorityWarnings: () => Promise<ReadonlyMap<string, Warning>>;
}

const CertificateFormat = z.strictObject({
  format: z.enum(['pem', 'der', 'cer']).default('pem'),
});

type Issuing = Pick<AuthorityRoutesDeps, 'createAuthority'>;

/** Authorities that are made here, and the files of all. */
export function authorityRoutes(deps: AuthorityRoutesDeps & AnswerOnceDeps<Issuing>): Router {
  const router = strictRouter();
  const { pathOf } = deps;
  const present = async (authority: RecordedAuthority) => {
    const warnings = await deps.authorityWarnings();
    return presentAuthority(authority, { pathOf, warning: warnings.get(authority.name) });
  };

  router
    .route('/authorities')
    .get(async (req, res) => {
      parseQuery(NoParameters, req);
      const warnings = await deps.authorityWarnings();
      const authorities = await deps.listAuthorities();
      const presented = authorities.map((authority) =>
        presentAuthority(authority, { pathOf, warning: warnings.get(authority.name) }),
      );
      sendJson(res, 200, { items: await Promise.all(presented), nextCursor: null });
    })
    .post(async (req, res) => {
      const create = async ({ createAuthority }: Issuing): Promise<Answer> => {
        parseQuery(NoParameters, req);
        const body = parseBody(authorityBodyUnder(deps.listProfiles()), req.body);
        const authority = await createAuthority(body, actorOf(res));
        const location = `/v1/authorities/${authority.name}`;
        return { status: 201, location, body: await present(authority) };
      };
      await answerOnce<Issuing>(deps, { operation: 'createAuthority', req, res }, create);
    })
    .all(onlyMethods('GET', 'HEAD', 'POST'));

  router
    .route('/authorities/:name')
    .get(async (req, res) => {
      parseQuery(NoParameters, req);
      sendJson(res, 200, await present(await known(deps, req.params.name)));
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
      const { name, certificate } = await certified(deps, req.params.name);
      const fileName = authorityFileNameOf(name, format);
      const { der } = certificate;
      if (format === 'der') sendDownload(res, { fileName, mediaType: DER_TYPE, content: der });
      else sendDownload(res, { fileName, mediaType: PEM_TYPE, content: encodeCertificates([der]) });
    })
    .all(onlyMethods('GET', 'HEAD', 'POST'));

  router
    .route('/authorities/:name/chain')
    .get(async (req, res) => {
      parseQuery(NoParameters, req);
      const { name } = await certified(deps, req.params.name);
      const fileName = authorityFileNameOf(name, 'chain');
      const content = encodeCertificates(await deps.pathOf(name));
      sendDownload(res, { fileName, mediaType: PEM_TYPE, content });
    })
    .all(onlyMethods('GET', 'HEAD'));
}

async function known(
  { findAuthority }: AuthorityRoutesDeps,
  name: string,
): Promise<RecordedAuthority> {
  const authority = await findAuthority(name);
  if (!authority) throw new PkiError('authority-unknown', 'no authority has this name');
  return authority;
}

async function certified(deps: AuthorityRoutesDeps, name: string): Promise<Authority> {
  const authority = await known(deps, name);
  if (isCertified(authority)) return authority;
  throw new PkiError('certificate-unknown', `authority "${authority.name}" ${AWAITS_CERTIFICATE}`);
}
