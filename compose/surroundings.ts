import type { Logger } from 'pino';
import type { Metrics, MetricValues } from '../api/metrics.ts';
import type { CoverageRoutesDeps } from '../api/routes/coverage.ts';
import type { RevisionRoutesDeps } from '../api/routes/revisions.ts';
import type { RotationRoutesDeps } from '../api/routes/rotation.ts';
import type { TargetPreflightRoutesDeps } from '../api/routes/target-preflight.ts';
import type { Issuers } from '../src/authority/issuers.ts';
import type { KeyWrapping } from '../src/authority/private-key.ts';
import type { UnlockingTurns } from '../src/bundle/unlocking-turns.ts';
import type { CoverageReport } from '../src/discovery/report.ts';
import type { KeysInUse } from '../src/idempotency/keys-in-use.ts';
import type { KeyGeneration } from '../src/issuance/key-generation.ts';
import type { Profiles } from '../src/issuance/profiles.ts';
import type { ClockOffset } from '../src/rotation/clock-offset.ts';
import type { DestinationStore } from '../src/rotation/destination.ts';
import type { ProofDeps } from '../src/rotation/proof/prove-target.ts';
import type { ServedViolationsDeps } from '../src/rotation/proof/served-violations.ts';
import type { KubernetesSecretDestination } from '../src/rotation/target.ts';
import type { AnswerRepository } from '../storage/database/answer-repository.ts';
import type { AuditRepository } from '../storage/database/audit-repository.ts';
import type { AuthorityRecords } from '../storage/database/authority-records.ts';
import type { AuthorityRepository } from '../storage/database/authority-repository.ts';
import type { CertificateRepository } from '../storage/database/certificate-repository.ts';
import type { Database } from '../storage/database/database.ts';
import type { IssuanceRecords } from '../storage/database/issuance-records.ts';
import type { RevisionRepository } from '../storage/database/revision-repository.ts';
import type { Commit } from '../storage/database/statement.ts';
import type { TargetRepository } from '../storage/database/target-repository.ts';
import type { RotationSettings } from './rotation-settings.ts';

/** What the parts of the service are joined around; tests hand in a clock and a database of theirs. */
export interface Surroundings {
  readonly db: Database;
  /** How long a record waits at most for others to share its commit, in milliseconds; absent: not at all. */
  readonly commitWaitMs?: number;
  readonly wrapping: KeyWrapping;
  readonly now: () => Date;
  /** Milliseconds of a clock that nobody sets. */
  readonly ticks: () => number;
  readonly randomBytes: (size: number) => Uint8Array;
  readonly log: Logger;
  readonly adminToken: string;
  readonly openapiYaml: string;
  /** Roots that everybody trusts, as PEM. */
  readonly publicRoots: readonly string[];
  readonly profiles: Profiles;
  /** Under which the distribution listener is reached by everybody, without a slash at its end. */
  readonly publicUrl?: string | undefined;
  readonly rotation: RotationSettings;
  readonly isReady: () => boolean;
}

/** The surroundings of the first process: it alone writes to destinations, and sums up what all count. */
export interface FirstSurroundings extends Surroundings {
  readonly destinations: DestinationStore;
  /** Whether this is the replica that rotates; absent: there is no other. */
  readonly leads?: () => boolean;
  /** Has the destinations of these targets watched, and no others; absent: none is. */
  readonly followDestinations?: (destinations: readonly KubernetesSecretDestination[]) => void;
  /** By how much our clock is ahead of each cluster's, by context; absent: there is no cluster. */
  readonly clockOffsets?: () => ReadonlyMap<string, ClockOffset>;
  /** Where targets are served, and what is served there. */
  readonly places: Pick<ProofDeps, 'sightingsAt'> & ServedViolationsDeps;
  /** What is found about the hosts that a cluster's objects have served; absent: nobody looks. */
  readonly coverage?: () => CoverageReport;
  /** What the other processes have counted. */
  readonly otherMetrics?: () => Promise<readonly MetricValues[]>;
}

/** The surroundings of a further process. */
export interface WorkerSurroundings extends Surroundings {
  readonly firstProcess: FirstProcess;
}

/** What the first process does for all: it holds the locks of rotation, and knows which keys are in use. */
export interface FirstProcess
  extends Pick<
      RotationRoutesDeps,
      'createTarget' | 'replaceTarget' | 'deleteTarget' | 'rotate' | 'run' | 'sdsStatuses'
    >,
    Pick<RevisionRoutesDeps, 'rollBack'>,
    TargetPreflightRoutesDeps,
    CoverageRoutesDeps {
  readonly keysInUse: KeysInUse;
  readonly metricsText: () => Promise<string>;
  /** That of the database, which waits for the disk: few requests wait for this process. */
  readonly shortenLog: () => Promise<void>;
}

/** What more than one of the joined parts is made of. */
export interface Parts {
  readonly commit: Commit;
  readonly stores: {
    readonly answers: AnswerRepository;
    readonly authorities: AuthorityRepository;
    readonly authorityRecords: AuthorityRecords;
    readonly certificates: CertificateRepository;
    readonly records: IssuanceRecords;
    readonly revisions: RevisionRepository;
    readonly targets: TargetRepository;
    readonly journal: AuditRepository;
  };
  readonly issuers: Issuers;
  readonly metrics: Metrics;
  readonly newKeyPair: KeyGeneration['newKeyPair'];
  readonly newKeyPairUntil: KeyGeneration['newKeyPairUntil'];
  readonly unlockingTurns: UnlockingTurns;
}
