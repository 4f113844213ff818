import { leafSubjectOf } from '../issuance/leaf-subject.ts';
import type { Profile } from '../issuance/profile.ts';
import { requestedNames, valuesOf } from '../issuance/requested-names.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { encodeCertificates } from '../x509/pem.ts';
import type { DestinationFiles } from './destination.ts';
import type { Expectation } from './reasons.ts';
import type { RotationTarget } from './target.ts';

type Path = readonly DecodedCertificate[];

export interface ExpectationDeps {
  readonly pathOf: (authority: string) => Promise<Path>;
  /** @throws {PkiError} `request-refused` for one that does not exist, or is for authorities */
  readonly leafProfileOf: (name: string) => Profile;
}

/** What `target` ought to hold, with the certificates that its authorities have now. */
export async function expectationOf(
  { pathOf, leafProfileOf }: ExpectationDeps,
  target: RotationTarget,
): Promise<Expectation> {
  const profile = leafProfileOf(target.profile);
  const names = requestedNames(target);
  const { clientAuthorities, clientTrust } = target.destination;
  const clientPaths = await Promise.all(clientAuthorities.map(pathOf));
  return {
    target,
    profile,
    names: valuesOf(names),
    subject: leafSubjectOf(profile, target.subject, names),
    issuerPath: await pathOf(target.authority),
    clientAuthorities:
      clientPaths.length === 0 ? undefined : clientCaOf(clientPaths, clientTrust === 'root'),
  };
}

/** The files with a certificate that was just issued. */
export function filesOf(
  leaf: { readonly der: Uint8Array; readonly privateKeyPem: string },
  { target, issuerPath, clientAuthorities }: Expectation,
): DestinationFiles {
  const path = target.destination.includeRoot ? issuerPath : issuerPath.slice(0, -1);
  return {
    'tls.crt': encodeCertificates([leaf.der, ...path.map(({ der }) => der)]),
    'tls.key': leaf.privateKeyPem,
    ...(clientAuthorities ? { 'ca.crt': encodeCertificates(clientAuthorities) } : {}),
  };
}

/**
 * Envoy verifies partial chains, so that a root in `ca.crt` would let in the clients of every
 * authority under it; the paths up to the root are written only for those who ask for that.
 */
function clientCaOf(paths: readonly Path[], upToRoot: boolean): readonly Uint8Array[] {
  const all = paths.flatMap((path) => (upToRoot ? path : path.slice(0, 1)));
  return all
    .filter(
      ({ serialNumber }, at) => all.findIndex((one) => one.serialNumber === serialNumber) === at,
    )
    .map(({ der }) => der);
}
