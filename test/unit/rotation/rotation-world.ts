import { randomBytes } from 'node:crypto';
import type { AuditEntry } from '../../../src/audit/entry.ts';
import { PkiError } from '../../../src/errors.ts';
import type {
  Announcement,
  DestinationFiles,
  DestinationState,
  DestinationStore,
  DestinationWrite,
} from '../../../src/rotation/destination.ts';
import type { TargetPass } from '../../../src/rotation/pass-outcome.ts';
import type { TargetRotationDeps } from '../../../src/rotation/rotate-target.ts';
import { Rotation, type RotationDeps } from '../../../src/rotation/rotation.ts';
import {
  NEW_TARGET,
  NO_REVISION,
  type TargetRecord,
} from '../../../src/rotation/rotation-record.ts';
import { NO_LIMITS, type RotationLimits } from '../../../src/rotation/schedule/limits.ts';
import type { Destination, RotationTarget } from '../../../src/rotation/target.ts';
import { MemoryRevisions } from '../../support/memory-revisions.ts';
import { TestAuthorities, TestClock } from '../../support/rotation.ts';
import { TestTicker } from '../../support/test-ticker.ts';

/** Destinations in memory, with the compare-and-set of the real ones. */
class MemoryDestinations implements DestinationStore {
  readonly states = new Map<string, DestinationState>();
  /** Runs before every read or write; what it throws is the outage. */
  beforeRead: (path: string) => unknown = () => undefined;
  beforeWrite: (path: string) => unknown = () => undefined;
  writes = 0;

  /** What somebody was told. */
  readonly announced: Announcement[] = [];

  readonly violationsOf = async () => [];

  readonly announce = async (_: Destination, announcement: Announcement) => {
    this.announced.push(announcement);
  };

  readonly read = async (destination: Destination): Promise<DestinationState> => {
    await this.beforeRead(pathOf(destination));
    return this.states.get(pathOf(destination)) ?? { kind: 'absent' };
  };

  readonly write = async (destination: Destination, write: DestinationWrite): Promise<void> => {
    const path = pathOf(destination);
    await this.beforeWrite(path);
    const now = this.states.get(path) ?? { kind: 'absent' };
    if (versionOf(now) !== versionOf(write.found)) {
      throw new PkiError('target-unavailable', 'was changed by somebody else meanwhile');
    }
    this.put(path, write.files, {
      revision: write.revision,
      writer: { target: write.targetName, isThisService: true },
    });
    this.writes += 1;
  };

  readonly remove = async (destination: Destination): Promise<boolean> => {
    await this.beforeWrite(pathOf(destination));
    this.states.delete(pathOf(destination));
    return true;
  };

  put(
    path: string,
    files: Partial<DestinationFiles>,
    changes: Partial<Extract<DestinationState, { kind: 'present' }>> = {},
  ): void {
    const version = randomBytes(8).toString('hex');
    const state = { kind: 'present', isAsWritten: true, revision: 1, version } as const;
    const before = this.states.get(path);
    const writer = before?.kind === 'present' ? before.writer : undefined;
    const kept = writer ? { writer } : {};
    this.states.set(path, { ...state, ...kept, files, ...changes });
  }

  filesAt(path: string): Partial<DestinationFiles> {
    const state = this.states.get(path);
    return state?.kind === 'present' ? state.files : {};
  }
}

function pathOf(destination: Destination): string {
  return destination.type === 'directory' ? destination.path : destination.name;
}

function versionOf(state: DestinationState): string | undefined {
  return state.kind === 'present' ? state.version : undefined;
}

/** What makes certificates in a world. */
export interface TestIssuing extends Pick<TargetRotationDeps, 'pathOf' | 'leafProfileOf'> {
  readonly issue: ConstructorParameters<typeof MemoryRevisions>[1]['issue'];
}

/** Rotation as `compose.ts` joins it, with everything outside it in memory. */
export class RotationWorld {
  readonly clock: TestClock;
  readonly destinations = new MemoryDestinations();
  readonly records = new Map<string, TargetRecord>();
  readonly audit: AuditEntry[] = [];
  readonly passes: TargetPass[] = [];
  readonly failures: unknown[] = [];
  /** What was told of those that wait. */
  readonly waiting: number[] = [];
  readonly ticker = new TestTicker();
  /** Passes of the schedule that came to their end. */
  passesEnded = 0;
  readonly authorities: TestAuthorities;
  readonly rotation: Rotation;
  readonly deps: RotationDeps;
  readonly revisions: MemoryRevisions;
  /** Runs before a certificate is issued; what it throws is the refusal. */
  beforeIssue: () => void = () => undefined;
  /** Runs before a pass is kept. */
  beforeRecord: (target: string) => unknown = () => undefined;

  private constructor(
    authorities: TestAuthorities,
    { clock, issuing, limits }: { clock: TestClock; issuing: TestIssuing; limits: RotationLimits },
  ) {
    this.authorities = authorities;
    this.clock = clock;
    const issueUnlessRefused: TestIssuing['issue'] = (request) => {
      this.beforeIssue();
      return issuing.issue(request);
    };
    this.revisions = new MemoryRevisions(this.records, {
      now: clock.now,
      issue: async (request) => issueUnlessRefused(request),
    });
    const { issue, keptCertificate, addRevision } = this.revisions;
    this.deps = {
      now: this.clock.now,
      issue,
      keptCertificate,
      addRevision,
      pathOf: issuing.pathOf,
      leafProfileOf: issuing.leafProfileOf,
      destinations: this.destinations,
      targetPages: this.targetPages,
      findTarget: this.findTarget,
      recordPass: async (name, pass) => {
        await this.beforeRecord(name);
        this.keep(name, pass);
      },
      report: (pass) => this.passes.push(pass),
      passEnded: () => {
        this.passesEnded += 1;
      },
      reportFailure: (error) => this.failures.push(error),
      reportWaiting: (targets) => this.waiting.push(targets),
      ticker: this.ticker,
      limits,
    };
    this.rotation = new Rotation(this.deps);
  }

  /** `issuing` where a test has something cheaper than the real authorities. */
  static async create(
    issuing?: (now: () => Date) => TestIssuing,
    limits: RotationLimits = NO_LIMITS,
  ): Promise<RotationWorld> {
    const clock = new TestClock();
    const authorities = await TestAuthorities.withSiblings(clock.now);
    const made = { clock, issuing: issuing?.(clock.now) ?? authorities, limits };
    return new RotationWorld(authorities, made);
  }

  readonly listTargets = async () => [...this.records.values()];

  readonly targetPages = async function* (this: RotationWorld) {
    yield await this.listTargets();
  }.bind(this);

  readonly findTarget = async (name: string) => this.records.get(name);

  /** What a pass leaves, as the database keeps it. */
  keep(
    name: string,
    { progress, auditEntries, writtenRevision }: Parameters<RotationDeps['recordPass']>[1],
  ): void {
    const record = this.records.get(name);
    if (record) this.records.set(name, { ...record, progress });
    if (writtenRevision !== undefined) this.revisions.written(name, writtenRevision);
    this.audit.push(...auditEntries);
  }

  declare(...targets: readonly RotationTarget[]): void {
    for (const target of targets) {
      const progress = NEW_TARGET;
      const record = { target, isDeclaredInFile: false, progress, revision: NO_REVISION };
      this.records.set(target.name, record);
    }
  }

  status(name = 'shop') {
    return this.records.get(name)?.progress.status;
  }
}
