import type { KeyObject } from 'node:crypto';
import type { Certificate } from '../certificate.ts';
import { refused } from '../errors.ts';
import type { SubjectKey } from '../x509/key.ts';
import { judgePublicKey } from '../x509/public-key-fault.ts';
import { decodePublicKey } from '../x509/subject-public-key-info.ts';
import { issueCertificate } from './issue-certificate.ts';
import type { IssuedLeaf, LeafDeps } from './issue-leaf.ts';
import { type Renewal, renewalOrderOf } from './renewal-order.ts';
import { inItsWords } from './renewal-refusal.ts';

export interface RenewalDeps extends LeafDeps {
  /** The subscriber's key, where it is kept here. */
  readonly findPrivateKey: (certificate: Certificate) => Promise<KeyObject | undefined>;
}

/**
 * Issues a certificate again: the same key, names, subject, profile and authority, and the whole policy
 * of today. The old one stays valid (RFC 3647 §4.4.6). A key that is kept here is kept for the new one too.
 *
 * @throws {PkiError} `request-refused` or `authority-cannot-issue`
 */
export async function renewCertificate(deps: RenewalDeps, renewal: Renewal): Promise<IssuedLeaf> {
  return inItsWords(renewal, ['/validity'], async () => {
    const { certificate } = renewal;
    const { old, orderFor } = await renewalOrderOf(deps, renewal);
    const order = orderFor(certifiedAgain(old.subjectPublicKeyInfo), { keyPointer: '' });
    const privateKey = await deps.findPrivateKey(certificate);
    const wrapPrivateKey = privateKey
      ? (serialNumber: string) => deps.wrapSubscriberKey(privateKey, serialNumber)
      : undefined;
    const alongside = { wrapPrivateKey, replaces: certificate.serialNumber };
    return { certificate: await issueCertificate(deps, order, alongside) };
  });
}

/** A key that was good enough once is judged again, as that of a CSR is. */
function certifiedAgain(subjectPublicKeyInfo: Uint8Array): SubjectKey {
  const judged = judgePublicKey(decodePublicKey(subjectPublicKeyInfo));
  if ('keyAlgorithm' in judged) return { keyAlgorithm: judged.keyAlgorithm, subjectPublicKeyInfo };
  throw refused([{ pointer: '', detail: `${judged.fault}; re-key the certificate` }]);
}
