import type { Logger } from 'pino';
import type { Credential, CredentialView } from '../src/discovery/coverage.ts';
import { coverageFindings } from '../src/discovery/coverage.ts';
import { certificateIn } from '../src/discovery/credential.ts';
import { type DiscoveryTerms, declarationsIn } from '../src/discovery/declarations.ts';
import { type Finding, findingKey } from '../src/discovery/finding.ts';
import {
  type FollowDeclarationsDeps,
  followDeclarations,
} from '../src/discovery/follow-declarations.ts';
import type { ClusterView } from '../src/discovery/gateway.ts';
import { type CoverageReport, inOrder } from '../src/discovery/report.ts';
import type { TargetRecord } from '../src/rotation/rotation-record.ts';
import type { ClusterObjects } from '../storage/kubernetes/discovery/cluster-objects.ts';
import type { SecretCredential } from '../storage/kubernetes/secret-credential.ts';

export interface DiscoveryDeps
  extends DiscoveryTerms,
    Omit<FollowDeclarationsDeps, 'isKnown' | 'isThere'> {
  readonly listTargets: () => Promise<readonly TargetRecord[]>;
  readonly objects: Pick<ClusterObjects, 'view' | 'states' | 'isSettled' | 'isKnown' | 'isThere'>;
  /** `undefined` where it is not known what Secrets there are. */
  readonly credentialsIn: (namespace: string) => readonly SecretCredential[] | undefined;
  readonly secretNamespaces: readonly string[];
  /** An Event on the finding's object. */
  readonly announce: (finding: Finding, uid: string | undefined) => Promise<void>;
  /** Whether this is the replica that rotates. */
  readonly leads: () => boolean;
  readonly log: Logger;
}

/** Changes so close together are looked at once. */
const DEBOUNCE_MS = 100;
/** One object with thousands of faults must not keep the others waiting for as many Events. */
const ANNOUNCED_AT_ONCE = 20;
/** What was refused may be granted by an authority or a profile that comes later, and a replica may come to lead. */
const RETRY_MS = 30_000;

/** Has the targets follow the cluster's objects, and tells what is amiss with those. */
export class Discovery {
  readonly #deps: DiscoveryDeps;
  #findings: readonly Finding[] = [];
  #announced: ReadonlySet<string> = new Set();
  #timer: NodeJS.Timeout | undefined;
  #dueAt = Number.POSITIVE_INFINITY;
  #work: Promise<void> = Promise.resolve();
  #isStopped = false;

  constructor(deps: DiscoveryDeps) {
    this.#deps = deps;
  }

  /** To be called whenever something may have changed. */
  readonly refreshSoon = (): void => this.#refreshAfter(DEBOUNCE_MS);

  report(): CoverageReport {
    const { objects } = this.#deps;
    const view = objects.view();
    const credentials = this.#credentials();
    const found = [...this.#findings, ...coverageFindings(view, credentials)];
    const once = new Map(found.map((finding) => [findingKey(finding), finding]));
    return { findings: inOrder([...once.values()]), sources: objects.states() };
  }

  async stop(): Promise<void> {
    this.#isStopped = true;
    clearTimeout(this.#timer);
    await this.#work;
  }

  #refreshAfter(ms: number): void {
    const dueAt = performance.now() + ms;
    // What changes all the time must not put it off for ever.
    if (this.#isStopped || dueAt >= this.#dueAt) return;
    clearTimeout(this.#timer);
    this.#dueAt = dueAt;
    this.#timer = setTimeout(() => {
      this.#dueAt = Number.POSITIVE_INFINITY;
      this.#work = this.#work.then(() => this.#refresh());
    }, ms);
  }

  async #refresh(): Promise<void> {
    const { objects, listTargets, log, leads } = this.#deps;
    if (!objects.isSettled() || this.#isStopped) return;
    try {
      const known = (await listTargets()).map(({ target }) => target);
      const view = objects.view();
      const declarations = declarationsIn(view, this.#deps, known);
      const isLeading = leads();
      const deps = {
        ...this.#deps,
        isKnown: objects.isKnown.bind(objects),
        isThere: objects.isThere.bind(objects),
      };
      const refused = isLeading ? await followDeclarations(deps, declarations, known) : [];
      this.#findings = [...declarations.findings, ...refused];
      if (isLeading) await this.#announceNew(view);
      if (refused.length > 0 || !isLeading) this.#refreshAfter(RETRY_MS);
    } catch (err) {
      log.error({ err }, 'targets could not be declared for the cluster’s objects');
      this.#refreshAfter(RETRY_MS);
    }
  }

  /** Once for each finding, until it is gone; the log hears of it as well. Of very many a few at a time. */
  async #announceNew({ gateways }: ClusterView): Promise<void> {
    const { announce, log } = this.#deps;
    const told = this.#announced;
    const fresh = this.#findings.filter((finding) => !told.has(findingKey(finding)));
    const now = fresh.slice(0, ANNOUNCED_AT_ONCE);
    const kept = this.#findings.map(findingKey).filter((key) => told.has(key));
    this.#announced = new Set([...kept, ...now.map(findingKey)]);
    const announceOne = async (finding: (typeof now)[number]) => {
      const { code, object, detail } = finding;
      log.warn({ code, object }, detail);
      const uid = gateways.find(({ reference }) => reference === object)?.uid;
      await announce(finding, uid).catch((err: unknown) =>
        log.warn({ err, object }, 'no Event could be made for the object'),
      );
    };
    await Promise.all(now.map(announceOne));
    if (fresh.length > now.length) this.#refreshAfter(RETRY_MS);
  }

  #credentials(): CredentialView {
    const { secretNamespaces, credentialsIn } = this.#deps;
    const namespaces = new Set<string>();
    const credentials: Credential[] = [];
    for (const namespace of secretNamespaces) {
      const found = credentialsIn(namespace);
      if (found) namespaces.add(namespace);
      for (const { pem, ...secret } of found ?? []) {
        credentials.push({ ...secret, namespace, certificate: certificateIn(pem) });
      }
    }
    return { namespaces, credentials };
  }
}
