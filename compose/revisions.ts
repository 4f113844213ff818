import type { KeyObject } from 'node:crypto';
import { openTargetKey, wrapTargetKey } from '../src/authority/private-key.ts';
import type { LeafRequest } from '../src/issuance/issue-leaf.ts';
import type { KeptCertificate, NewRevision } from '../src/rotation/revision.ts';
import { encodePrivateKey } from '../src/x509/pem.ts';
import { type IssuingBy, recordingInto } from './issuing.ts';
import type { Parts, Surroundings } from './surroundings.ts';

/** Joins what keeps the revisions of targets, and issues into them. */
export function composeRevisions(
  { wrapping }: Pick<Surroundings, 'wrapping'>,
  {
    commit,
    stores,
    issuingBy,
  }: Pick<Parts, 'commit' | 'stores'> & { readonly issuingBy: IssuingBy },
) {
  const { records, revisions } = stores;
  return {
    /** Certificate, sealed key and revision become durable in one transaction. */
    issue: (request: LeafRequest, revision: NewRevision) => {
      const { issue } = issuingBy({
        ...recordingInto(commit, stores),
        record: ({ wrappedPrivateKey, ...record }) =>
          commit([
            ...revisions.additionFor(revision, record.certificate, wrappedPrivateKey),
            ...records.statementsFor(record),
          ]),
        wrapSubscriberKey: (privateKey: KeyObject, serialNumber: string) =>
          wrapTargetKey(wrapping, revision.target, { privateKey, serialNumber }),
      });
      return issue({ ...request, storePrivateKey: true }, revision.actor);
    },
    keptCertificate: async (
      target: string,
      number: number,
    ): Promise<KeptCertificate | undefined> => {
      const kept = await revisions.findKept(target, number);
      if (!kept) return undefined;
      const { serialNumber, authority, der } = kept;
      const privateKeyPem = encodePrivateKey(openTargetKey(wrapping, target, kept));
      return { serialNumber, authority, der, privateKeyPem };
    },
    addRevision: (
      revision: NewRevision,
      certificate: Pick<KeptCertificate, 'serialNumber' | 'authority'>,
    ) => commit(revisions.additionFor(revision, certificate)),
  };
}
