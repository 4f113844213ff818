import type { Router } from 'express';
import type { Actor } from '../../src/audit/entry.ts';
import type { Authority } from '../../src/authority/authority.ts';
import type { Certification } from '../../src/authority/certify-authority.ts';
import type { ImportRequest } from '../../src/authority/import-authority.ts';
import { refuseIdempotencyKey } from '../idempotency-key.ts';
import { NoParameters, parseBody, parseQuery } from '../input.ts';
import { onlyMethods } from '../methods.ts';
import { presentAuthority } from '../present-authority.ts';
import { actorOf } from '../request-context.ts';
import { CertificationBody, ImportBody } from '../schemas/authority.ts';
import { sendJson } from '../send-json.ts';
import { strictRouter } from '../strict-router.ts';
import { untilGone } from '../until-gone.ts';
import type { AuthorityRoutesDeps } from './authorities.ts';

export interface AuthorityIntakeRoutesDeps
  extends Pick<AuthorityRoutesDeps, 'pathOf' | 'authorityWarnings'> {
  /** Opening what a password protects ends once `gone` is aborted. */
  readonly importAuthority: (
    request: ImportRequest,
    actor: Actor,
    gone: AbortSignal,
  ) => Promise<Authority>;
  readonly certifyAuthority: (
    name: string,
    certification: Certification,
    actor: Actor,
  ) => Promise<Authority>;
}

/** Authorities, and certificates for them, that come in from elsewhere; to be asked before all others. */
export function authorityIntakeRoutes(deps: AuthorityIntakeRoutesDeps): Router {
  const router = strictRouter();
  const present = async (authority: Authority) => {
    const warnings = await deps.authorityWarnings();
    return presentAuthority(authority, { ...deps, warning: warnings.get(authority.name) });
  };

  router
    .route('/authorities/import')
    .post(refuseIdempotencyKey, async (req, res) => {
      parseQuery(NoParameters, req);
      const { pfx, ...body } = parseBody(ImportBody, req.body);
      const source = pfx === undefined ? body : { ...body, pfx: Buffer.from(pfx, 'base64') };
      await untilGone({ req, res }, async (gone) => {
        const authority = await deps.importAuthority(source, actorOf(res), gone);
        res.location(`/v1/authorities/${authority.name}`);
        sendJson(res, 201, await present(authority));
      });
    })
    .all((req, res, next) => {
      // An authority may be called "import", and is shown like any other.
      if (req.method === 'GET' || req.method === 'HEAD') next();
      else onlyMethods('POST')(req, res, next);
    });

  router
    .route('/authorities/:name/certificate')
    .post(refuseIdempotencyKey, async (req, res) => {
      parseQuery(NoParameters, req);
      const certification = parseBody(CertificationBody, req.body);
      const authority = await deps.certifyAuthority(req.params.name, certification, actorOf(res));
      sendJson(res, 200, await present(authority));
    })
    // The other methods of this path are answered, or refused, where authorities are shown.
    .all((_req, _res, next) => next());

  return router;
}
