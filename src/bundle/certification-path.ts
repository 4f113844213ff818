import type { KeyObject } from 'node:crypto';
import type { Warning } from '../certificate.ts';
import { PkiError } from '../errors.ts';
import {
  atCertificates,
  chainInvalid,
  keyViolations,
  leafViolation,
  linkViolations,
  strayViolations,
} from './chain-violations.ts';
import { type Completion, completionOf } from './completion.ts';
import { type ForeignCertificate, parseCertificates } from './foreign-certificate.ts';
import type { KnownAuthorities } from './known-issuer.ts';
import { leafAmong, leafCandidates } from './leaf.ts';
import { linksAmong, pathFrom } from './links.ts';
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

/** A key and what proves whose it is, fit for a PFX. */
export interface CertificationPath {
  readonly privateKey: KeyObject;
  /** DER, leaf first; the root is last unless a warning says that it is missing. */
  readonly certificates: readonly Uint8Array[];
  readonly warnings: readonly Warning[];
}

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
  const fields = parsedFields(input);
  const { path, completion } = soundPath(fields, input);
  const certificates = path.map(({ x509 }) => x509);
  if (completion.root) certificates.push(completion.root);
  return {
    privateKey: fields.privateKey,
    certificates: certificates.map(({ raw }) => raw),
    warnings: [
      ...(completion.warning ? [completion.warning] : []),
      ...pathWarnings(certificates, input.now),
    ],
  };
}

interface Fields {
  readonly privateKey: KeyObject;
  readonly certificates: readonly ForeignCertificate[];
}

/** Both fields, or a refusal with what is wrong in either. */
function parsedFields(input: ForeignChain): Fields {
  const privateKey = parsedOrRefusal(() => parsePrivateKey(input.privateKey));
  const certificates = parsedOrRefusal(() => parseCertificates(input.certificates));
  if (privateKey instanceof PkiError && certificates instanceof PkiError) {
    const violations = [...privateKey.violations, ...certificates.violations];
    throw new PkiError(privateKey.code, `${privateKey.message}; ${certificates.message}`, {
      violations,
    });
  }
  if (privateKey instanceof PkiError) throw privateKey;
  if (certificates instanceof PkiError) throw certificates;
  return { privateKey, certificates };
}

function parsedOrRefusal<T>(parse: () => T): T | PkiError {
  try {
    return parse();
  } catch (error) {
    if (error instanceof PkiError) return error;
    throw error;
  }
}

/** The path among the given certificates and what was found above it, or a refusal with all faults. */
function soundPath({ privateKey, certificates }: Fields, known: KnownAuthorities) {
  const links = linksAmong(certificates);
  const candidates = leafCandidates(certificates, links);
  const leaf = leafAmong(candidates, privateKey);
  if (!leaf) throw chainInvalid([leafViolation(candidates)]);
  const path = pathFrom(leaf, links);
  const top = path.at(-1) ?? leaf;
  const strays = certificates.filter((certificate) => !path.includes(certificate));
  const end = { top, isAlone: path.length === 1, hasStrays: strays.length > 0 };
  const completion: Completion = links.has(top) ? {} : completionOf(end, known);
  const violations = [
    ...linkViolations(path, links),
    ...(completion.obstacle === undefined ? [] : [atCertificates(completion.obstacle)]),
    ...strayViolations(strays),
    ...keyViolations(leaf, privateKey),
  ];
  if (violations.length > 0) throw chainInvalid(violations);
  return { path, completion };
}
