import type { KeyObject } from 'node:crypto';
import type { Warning } from '../certificate.ts';
import { PkiError, type Violation } from '../errors.ts';
import { type ForeignCertificate, parseCertificates, quotedName } from './foreign-certificate.ts';
import { findKnownIssuer, type KnownAuthorities } from './known-issuer.ts';
import { isSelfSigned, type Links, linksAmong } from './links.ts';
import { pathWarnings } from './path-warnings.ts';
import { parsePrivateKey } from './private-key.ts';

/** A key and its certificates as somebody else's tool wrote them, and what they are judged by. */
export interface ForeignChain extends KnownAuthorities {
  /** PEM. */
  readonly privateKey: string;
  /** One PEM text, in any order. */
  readonly certificates: string;
  readonly now: Date;
}

export interface CertificationPath {
  readonly privateKey: KeyObject;
  /** DER, leaf first; the root is last unless a warning says that it is missing. */
  readonly certificates: readonly Uint8Array[];
  readonly warnings: readonly Warning[];
}

const CERTIFICATES = '/certificates';

/**
 * The certification path (RFC 5280 §6) from the one certificate that issued none of the others up to
 * its root, which is added where it is known: certbot's `fullchain.pem` has none.
 *
 * Links are signatures, not names. Nothing is left out silently: a certificate that is not on the path
 * is refused, as is a path with a gap.
 *
 * @throws {PkiError} `request-malformed` for texts that cannot be read, `chain-invalid` for the rest
 */
export function certificationPathOf(input: ForeignChain): CertificationPath {
  const { privateKey, certificates } = parsedFields(input);
  const links = linksAmong(certificates);
  const leaf = leafOf(certificates, links, privateKey);
  const path = pathFrom(leaf, links);
  const { root, violations, warnings } = completion(path, certificates, input);
  refuse([
    ...brokenLinks(links),
    ...violations,
    ...strayCertificates(path, certificates),
    ...keyViolations(leaf, privateKey),
  ]);
  const complete = [...path.map(({ x509 }) => x509), ...root];
  return {
    privateKey,
    certificates: complete.map(({ raw }) => raw),
    warnings: [...warnings, ...pathWarnings(complete, input.now)],
  };
}
