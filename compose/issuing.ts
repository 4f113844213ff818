import type { KeyObject } from 'node:crypto';
import type { Issuing } from '../api/app.ts';
import type { Actor } from '../src/audit/entry.ts';
import { createAuthority } from '../src/authority/create-authority.ts';
import type { AuthorityDeclaration } from '../src/authority/missing-authorities.ts';
import { wrapSubscriberKey } from '../src/authority/private-key.ts';
import {
  type RequestCertificateDeps,
  requestCertificate,
} from '../src/authority/request-certificate.ts';
import type { Certificate } from '../src/certificate.ts';
import type { IssuanceDeps } from '../src/issuance/issue-certificate.ts';
import { issueLeaf, type LeafDeps, type LeafRequest } from '../src/issuance/issue-leaf.ts';
import { type Rekeying, rekeyCertificate } from '../src/issuance/rekey-certificate.ts';
import { renewCertificate } from '../src/issuance/renew-certificate.ts';
import type { Renewal } from '../src/issuance/renewal-order.ts';
import { pooled } from '../src/issuance/serial-number.ts';
import type { Commit } from '../storage/database/statement.ts';
import type { Parts, Surroundings } from './surroundings.ts';

/** Where that goes which is to become durable, and how it comes by what it is made of where that is not as usual. */
export interface Recording
  extends Pick<IssuanceDeps, 'record'>,
    Pick<RequestCertificateDeps, 'recordPending'>,
    Partial<Pick<LeafDeps, 'wrapSubscriberKey' | 'newKeyPair'>> {}

/** What issues, with all that it records going to one place. */
export type IssuingBy = (recording: Recording) => Omit<Issuing, 'together'>;

/** Records into a transaction. */
export function recordingInto(
  commit: Commit,
  { records, authorityRecords }: Parts['stores'],
): Recording {
  return {
    record: (record) => commit(records.statementsFor(record)),
    recordPending: (pending, entry) =>
      commit(authorityRecords.pendingStatementsFor(pending, entry)),
  };
}

/** Joins everything that issues, but for where its records go. */
export function issuingOf(
  surroundings: Surroundings,
  parts: Parts,
  findPrivateKey: (certificate: Certificate) => Promise<KeyObject | undefined>,
): IssuingBy {
  const { now, randomBytes, wrapping, profiles, publicUrl } = surroundings;
  const { stores, issuers, metrics, newKeyPair } = parts;
  const shared = {
    now,
    randomBytes: pooled(randomBytes),
    wrapping,
    profileOf: profiles.profileOf,
    leafProfileOf: profiles.leafProfileOf,
    publicUrl,
    newKeyPair,
    findAuthority: stores.authorities.find,
    issuerOf: (authority: string) => issuers.issuerOf(authority),
    wrapSubscriberKey: wrapSubscriberKey.bind(undefined, wrapping),
    findPrivateKey,
  };
  return (recording) => {
    const deps = { ...shared, ...recording };
    return {
      issue: async (request: LeafRequest, actor: Actor) => {
        // A name that nobody has declared would be a new label in the metrics.
        const { name } = profiles.leafProfileOf(request.profile);
        return metrics.issuance(name, () => issueLeaf(deps, request, actor));
      },
      renew: (renewal: Renewal) =>
        metrics.issuance(renewal.certificate.profile, () => renewCertificate(deps, renewal)),
      rekey: (rekeying: Rekeying) =>
        metrics.issuance(rekeying.certificate.profile, () => rekeyCertificate(deps, rekeying)),
      createAuthority: async (request: AuthorityDeclaration, actor: Actor) =>
        request.parent === null
          ? requestCertificate(deps, request, actor)
          : metrics.issuance(request.kind, () => createAuthority(deps, request, actor)),
    };
  };
}
