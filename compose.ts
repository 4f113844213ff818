import type { KeyObject } from 'node:crypto';
import { distributionApp, managementApp } from './api/app.ts';
import { Metrics } from './api/metrics.ts';
import type { Refusal } from './api/problem.ts';
import type { RequestLine } from './api/request-log.ts';
import { composeAnswers } from './compose/answers.ts';
import { authorityExpiries, composeAuthorities } from './compose/authorities.ts';
import { issuingOf } from './compose/issuing.ts';
import { refusalEntryOf } from './compose/refusal-entry.ts';
import { composeRotationPlan } from './compose/rotation-plan.ts';
import type {
  FirstProcess,
  Parts,
  Surroundings,
  WorkerSurroundings,
} from './compose/surroundings.ts';
import { composeTogether } from './compose/together.ts';
import type { Actor } from './src/audit/entry.ts';
import { isCertified } from './src/authority/authority.ts';
import { Issuers } from './src/authority/issuers.ts';
import { type KeyWrapping, openSubscriberKey } from './src/authority/private-key.ts';
import { certificationPathOf } from './src/bundle/certification-path.ts';
import { makePfx } from './src/bundle/pfx.ts';
import { UnlockingTurns } from './src/bundle/unlocking-turns.ts';
import type { Certificate } from './src/certificate.ts';
import { PkiError } from './src/errors.ts';
import { KeyGeneration } from './src/issuance/key-generation.ts';
import { oncePer } from './src/once-per.ts';
import { preflight } from './src/preflight/preflight.ts';
import type { Consumer } from './src/preflight/rule.ts';
import { targetWarnings } from './src/rotation/target-warnings.ts';
import { AnswerRepository } from './storage/database/answer-repository.ts';
import { AuditRepository } from './storage/database/audit-repository.ts';
import { AuthorityRecords } from './storage/database/authority-records.ts';
import { AuthorityRepository } from './storage/database/authority-repository.ts';
import { CertificateRepository } from './storage/database/certificate-repository.ts';
import { GroupCommit } from './storage/database/group-commit.ts';
import { IssuanceRecords } from './storage/database/issuance-records.ts';
import { RevisionRepository } from './storage/database/revision-repository.ts';
import { TargetRepository } from './storage/database/target-repository.ts';

/**
 * At once: half of the threads in libuv's pool of four, the other half signs. Waiting: half a minute's work, since an RSA
 * key of 4096 bits takes about a second. The items of batches wait beside those, ten of each chunk at work, and take turns with them.
 */
const KEY_GENERATION = { rsaAtOnce: 2, rsaWaiting: 64 };

/** Of one process, whose requests and batches may each ask for certificates with many names; about 100 MB. */
const MAX_WAITING_STATEMENTS = 50_000;

export type Composition = ReturnType<typeof compose>;

/** Joins domain, storage and listeners of a process that asks the first one for what only that may do. */
export function compose(surroundings: WorkerSurroundings) {
  const { firstProcess } = surroundings;
  const parts = partsOf(surroundings);
  const issuing = composeIssuing(surroundings, parts);
  return joined(surroundings, { parts, issuing, firstProcess });
}

/** What all else is made from. */
export function partsOf(surroundings: Surroundings): Parts {
  const { db, wrapping, now, ticks, commitWaitMs: waitMs = 0 } = surroundings;
  const { commit } = new GroupCommit(db, { waitMs, maxStatements: MAX_WAITING_STATEMENTS });
  const journal = new AuditRepository(db, commit);
  const records = new IssuanceRecords(db, { commit, journal });
  const revisions = new RevisionRepository(db, now);
  const stores = {
    answers: new AnswerRepository(db, { commit, now }),
    authorities: new AuthorityRepository(db),
    authorityRecords: new AuthorityRecords(db, { commit, journal, issuances: records }),
    certificates: new CertificateRepository(db),
    records,
    revisions,
    targets: new TargetRepository(db, { commit, journal, revisions }),
    journal,
  };
  const issuers = new Issuers({ findAuthority: stores.authorities.find, wrapping });
  const metrics = new Metrics({
    authorityExpiries: () => authorityExpiries({ stores }),
  });
  const { newKeyPair, newKeyPairUntil } = new KeyGeneration(KEY_GENERATION, ticks);
  const unlockingTurns = new UnlockingTurns();
  return { commit, stores, issuers, metrics, newKeyPair, newKeyPairUntil, unlockingTurns };
}

/** Joins what is the same in each process. */
export function joined(
  surroundings: Surroundings,
  composed: {
    readonly parts: Parts;
    readonly issuing: ReturnType<typeof composeIssuing>;
    readonly firstProcess: FirstProcess;
  },
) {
  const { log, isReady, now, profiles } = surroundings;
  const { parts, issuing, firstProcess } = composed;
  const { stores, metrics, issuers } = parts;
  const domain = {
    ...issuing,
    ...composeBundling(surroundings, parts),
    listTargets: stores.targets.list,
    findTarget: stores.targets.find,
    listRevisions: stores.revisions.list,
    targetWarnings: targetWarnings.bind(undefined, { findProfile: profiles.find }),
    preflight: (consumer: Consumer, file: string) => preflight(consumer, file, now()),
    listAuditEntries: stores.journal.list,
    ...composeRotationPlan(surroundings, parts),
  };
  // Such a line has no member that could hold a secret, and looking for some would cost more than the line.
  const requests = log.child({}, { redact: [] });
  const listener = {
    logRequest: (line: RequestLine) => requests.info(line, 'request'),
    logFailure: (err: unknown, requestId: string) =>
      log.error({ err, requestId }, 'request failed'),
    recordRefusal: (refusal: Refusal) => stores.journal.append(refusalEntryOf(refusal, now())),
  };
  const { issuingBy } = issuing;
  const { forgetOldAnswers, ...answers } = composeAnswers(surroundings, {
    ...parts,
    issuingBy,
    keysInUse: firstProcess.keysInUse,
  });
  return {
    ...domain,
    forgetOldAnswers,
    metrics,
    issuers,
    /** Ends what would keep the requests in flight for long. */
    stopUnlocking: () => parts.unlockingTurns.stop(),
    management: managementApp({
      ...surroundings,
      ...listener,
      ...domain,
      ...firstProcess,
      ...answers,
      together: composeTogether(surroundings, { ...parts, issuingBy }),
    }),
    distribution: distributionApp({
      ...listener,
      isReady,
      findAuthority: domain.findAuthority,
      metrics: { contentType: metrics.contentType, text: firstProcess.metricsText },
    }),
  };
}

export function composeIssuing(surroundings: Surroundings, parts: Parts) {
  const { now, wrapping, profiles } = surroundings;
  const { stores, issuers } = parts;
  const findPrivateKey = storedKeyOf.bind(undefined, wrapping, stores);
  const issuingBy = issuingOf(surroundings, parts, findPrivateKey);
  const { record } = stores.records;
  const { recordPending } = stores.authorityRecords;
  return {
    ...composeAuthorities({ now, wrapping }, parts),
    issuingBy,
    ...issuingBy({ record, recordPending }),
    listProfiles: profiles.list,
    findCertificates: stores.certificates.find,
    listCertificates: stores.certificates.list,
    pathAbove: async ({ authority, profile }: Certificate) =>
      profile === 'root' ? [] : derOf(await issuers.pathOf(authority)),
  };
}

function composeBundling(
  { now, randomBytes, wrapping, publicRoots }: Surroundings,
  { stores }: Pick<Parts, 'stores'>,
) {
  return {
    makePfx: makePfx.bind(undefined, { randomBytes }),
    storedPrivateKey: async (certificate: Certificate) => {
      const privateKey = await storedKeyOf(wrapping, stores, certificate);
      if (privateKey) return privateKey;
      throw new PkiError('private-key-not-stored', 'this certificate’s private key was not stored');
    },
    recordKeyDownload: ({ serialNumber, authority }: Certificate, actor: Actor) =>
      stores.journal.append({
        time: now(),
        actor,
        action: 'private-key.downloaded',
        details: { serialNumber, authority },
      }),
    certificationPath: async (input: { privateKey: string; certificates: string }) => {
      const authorities = await stores.authorities.list();
      const ownAuthorities = authorities
        .filter(isCertified)
        .map(({ certificate }) => certificate.der);
      return certificationPathOf({ ...input, ownAuthorities, publicRoots, now: now() });
    },
  };
}

/** A subscriber's key that is kept here, opened. */
async function storedKeyOf(
  wrapping: KeyWrapping,
  { certificates }: Pick<Parts['stores'], 'certificates'>,
  certificate: Certificate,
): Promise<KeyObject | undefined> {
  const wrapped = await certificates.findWrappedPrivateKey(certificate);
  return wrapped && openSubscriberKey(wrapping, wrapped, certificate.serialNumber);
}

/** The same list for the same path, so that what is made of it can be remembered. */
const derOf = oncePer((path: readonly { readonly der: Uint8Array }[]) =>
  path.map(({ der }) => der),
);
