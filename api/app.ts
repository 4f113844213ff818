import express, { type Express } from 'express';
import { PkiError } from '../src/errors.ts';
import type { AnswerOnceDeps } from './answer-once.ts';
import { atMost } from './at-most.ts';
import { type AuthenticationDeps, authenticate } from './authenticate.ts';
import { readJsonBody } from './input.ts';
import { type ProblemDeps, problemHandler } from './problem.ts';
import { problemKinds } from './problem-kinds.ts';
import { withRequestId } from './request-context.ts';
import { logRequests, type RequestLine } from './request-log.ts';
import { type AuditRoutesDeps, auditRoutes } from './routes/audit.ts';
import { type AuthorityRoutesDeps, authorityRoutes } from './routes/authorities.ts';
import {
  type AuthorityIntakeRoutesDeps,
  authorityIntakeRoutes,
} from './routes/authority-intake.ts';
import { type BatchRoutesDeps, batchRoutes } from './routes/batch.ts';
import { type CertificateRoutesDeps, certificateRoutes } from './routes/certificates.ts';
import { type CoverageRoutesDeps, coverageRoutes } from './routes/coverage.ts';
import { type DistributionRoutesDeps, distributionRoutes } from './routes/distribution.ts';
import { documentationRoutes } from './routes/documentation.ts';
import { type PfxRoutesDeps, pfxRoutes } from './routes/pfx.ts';
import { type PreflightRoutesDeps, preflightRoutes } from './routes/preflight.ts';
import { type ProfileRoutesDeps, profileRoutes } from './routes/profiles.ts';
import { type RenewalRoutesDeps, renewalRoutes } from './routes/renewal.ts';
import { type RevisionRoutesDeps, revisionRoutes } from './routes/revisions.ts';
import { type RotationRoutesDeps, rotationRoutes } from './routes/rotation.ts';
import { type RotationPlanRoutesDeps, rotationPlanRoutes } from './routes/rotation-plan.ts';
import {
  type TargetPreflightRoutesDeps,
  targetPreflightRoutes,
} from './routes/target-preflight.ts';
import { requireSoundHeaders } from './sound-headers.ts';
import { strictRouter } from './strict-router.ts';

/** Of one process, which issues about as many certificates in two seconds; each may hold a body. */
const MAX_REQUESTS = 1_024;

interface ListenerDeps extends ProblemDeps {
  readonly logRequest: (line: RequestLine) => void;
}

/** Everything that issues by request. */
export interface Issuing
  extends Pick<CertificateRoutesDeps, 'issue'>,
    Pick<RenewalRoutesDeps, 'renew' | 'rekey'>,
    Pick<AuthorityRoutesDeps, 'createAuthority'>,
    Pick<BatchRoutesDeps, 'together'> {}

export interface ManagementDeps
  extends ListenerDeps,
    AuthenticationDeps,
    AuthorityRoutesDeps,
    AuthorityIntakeRoutesDeps,
    BatchRoutesDeps,
    CertificateRoutesDeps,
    CoverageRoutesDeps,
    PfxRoutesDeps,
    PreflightRoutesDeps,
    ProfileRoutesDeps,
    RenewalRoutesDeps,
    RevisionRoutesDeps,
    RotationRoutesDeps,
    RotationPlanRoutesDeps,
    TargetPreflightRoutesDeps,
    AuditRoutesDeps,
    AnswerOnceDeps<Issuing> {
  /** The text of `openapi.yaml`. */
  readonly openapiYaml: string;
}

/** The management listener: the contract for everybody, everything else for the administrator. */
export function managementApp(deps: ManagementDeps): Express {
  const { openapiYaml } = deps;
  // What is asked for most often comes first.
  const v1 = strictRouter()
    .use(authenticate(deps), atMost(MAX_REQUESTS, 'requests'))
    .use(batchRoutes(deps))
    .use(readJsonBody())
    .use(certificateRoutes(deps), renewalRoutes(deps), pfxRoutes(deps))
    .use(authorityIntakeRoutes(deps), authorityRoutes(deps), profileRoutes(deps))
    .use(preflightRoutes(deps), rotationRoutes(deps), revisionRoutes(deps))
    .use(targetPreflightRoutes(deps), rotationPlanRoutes(deps))
    .use(coverageRoutes(deps), auditRoutes(deps));
  return listenerApp(deps, (app) => {
    app.use('/v1', v1);
    app.use(documentationRoutes({ openapiYaml, problems: problemKinds }));
  });
}

/** The distribution listener: public and read-only. */
export function distributionApp(deps: ListenerDeps & DistributionRoutesDeps): Express {
  return listenerApp(deps, (app) => app.use(distributionRoutes(deps)));
}

function listenerApp(deps: ListenerDeps, addRoutes: (app: Express) => unknown): Express {
  const app = express();
  app.disable('x-powered-by').disable('etag').set('query parser', 'simple');
  app.enable('case sensitive routing').enable('strict routing');
  app.use(withRequestId, logRequests(deps.logRequest), requireSoundHeaders);
  addRoutes(app);
  app.use(() => {
    throw new PkiError('route-unknown', 'nothing answers at this path');
  });
  app.use(problemHandler(deps));
  return app;
}
