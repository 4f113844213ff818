import { X509Certificate } from 'node:crypto';
import type { Certificate } from '../certificate.ts';
import { hasEnded } from '../has-ended.ts';
import type { Issuer } from '../issuance/issuer.ts';
import { parseSerialNumber } from '../issuance/serial-number.ts';
import { commonPeriodOf } from '../issuance/validity.ts';
import { decodeCertificate } from '../x509/decode-certificate.ts';
import { CLIENT_AUTH } from '../x509/oids.ts';

export interface ClientDeps {
  readonly now: () => Date;
  readonly findCertificates: (serialNumber: string) => Promise<readonly Certificate[]>;
  readonly pathOf: (authority: string) => Promise<Issuer['path']>;
}

/** Who has proven to hold a client certificate of ours. */
export interface SdsClient {
  /** As its certificate names it; at least one. */
  readonly uris: readonly string[];
  readonly serialNumber: string;
  /** When its certificate, or one of those above it, ends. */
  readonly notAfter: Date;
}

/** A client, or why a certificate makes nobody one. */
export type Admission =
  | { readonly client: SdsClient }
  | { readonly client?: undefined; readonly fault: string };

/**
 * Judges the leaf that a client has shown in its handshake. It is known by all of its octets, so that nothing
 * counts that somebody else has signed with one of our authorities' names or keys; beyond that it is judged
 * as any verifier would: signature, both ends of the whole path's period, purpose.
 */
export async function admitClient(deps: ClientDeps, der: Uint8Array): Promise<Admission> {
  const x509 = new X509Certificate(der);
  const serialNumber = parseSerialNumber(x509.serialNumber);
  const namesakes = serialNumber ? await deps.findCertificates(serialNumber) : [];
  const known = namesakes.find((one) => Buffer.compare(one.der, der) === 0);
  if (!known) return { fault: 'its certificate was not issued here' };
  const { isAuthority, extKeyUsage, names } = decodeCertificate(known.der);
  if (isAuthority) return { fault: 'its certificate is an authority’s' };
  if (!extKeyUsage.includes(CLIENT_AUTH)) return { fault: 'its certificate is not for clients' };
  if (names.uris.length === 0) return { fault: 'its certificate names no URI' };
  const path = await deps.pathOf(known.authority);
  const issuerKey = new X509Certificate(path[0].der).publicKey;
  if (!x509.verify(issuerKey)) return { fault: 'its certificate is not signed by its issuer' };
  const { notBefore, notAfter } = commonPeriodOf([known, ...path]);
  const client = { uris: names.uris, serialNumber: known.serialNumber, notAfter };
  if (deps.now() < notBefore) return { fault: 'its certificate is not valid yet' };
  return hasEnded(client, deps.now()) ? { fault: 'its certificate has expired' } : { client };
}
