import type { Certificate } from '../certificate.ts';
import { PkiError } from '../errors.ts';
import { recordedCertificate } from '../issuance/recorded-certificate.ts';
import { keyAlgorithmOf } from '../x509/key.ts';
import type { Authority } from './authority.ts';
import type { IncomingCertificate, IncomingPath } from './incoming-path.ts';

/**
 * The authorities of a path as they are recorded at `now`, the one that comes in first; without keys as yet, and those above
 * never have one here.
 */
export function incomingAuthorities(
  { certificates: [own, ...above], parent }: IncomingPath,
  names: readonly [own: string, ...above: string[]],
  now: Date,
): readonly [Authority, ...Authority[]] {
  const [ownName, ...namesAbove] = names;
  const recorded = (certificate: IncomingCertificate, name: string, index: number) =>
    authorityOf(certificate, { name, parent: names[index + 1] ?? parent, issuedAt: now });
  return [
    recorded(own, ownName, 0),
    ...above.map((certificate, index) => recorded(certificate, namesAbove[index] ?? '', index + 1)),
  ];
}

function authorityOf(
  { foreign, decoded, warnings }: IncomingCertificate,
  { name, parent, issuedAt }: Pick<Authority, 'name' | 'parent'> & Pick<Certificate, 'issuedAt'>,
): Authority {
  const keyAlgorithm = keyAlgorithmOf(foreign.publicKey);
  if (!keyAlgorithm) throw new PkiError('chain-invalid', `${foreign.label} has an unknown key`);
  const kind = parent === null ? 'root' : 'intermediate';
  const known = { authority: parent ?? name, profile: kind, issuedAt, warnings } as const;
  return {
    ...{ name, kind, parent, keyAlgorithm, rsaSignatureScheme: undefined },
    certificate: recordedCertificate(decoded, foreign.x509.raw, known),
    wrappedPrivateKey: undefined,
  };
}
