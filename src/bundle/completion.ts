import type { X509Certificate } from 'node:crypto';
import type { Warning } from '../certificate.ts';
import { type ForeignCertificate, quotedName } from './foreign-certificate.ts';
import { findKnownIssuer, type KnownAuthorities } from './known-issuer.ts';

/** What was found above the last certificate that was given; at most one member is there. */
export interface Completion {
  /** A root that was not sent along and is known here. */
  readonly root?: X509Certificate;
  /** Why the path cannot be used. */
  readonly obstacle?: string;
  readonly warning?: Warning;
}

/** The last certificate of a path, and what stands around it. */
export interface PathEnd {
  readonly top: ForeignCertificate;
  /** Whether the path has no other certificate than `top`. */
  readonly isAlone: boolean;
  /** Whether there are certificates off the path, which may belong above a gap. */
  readonly hasStrays: boolean;
}

/**
 * Looks for the root above a path whose `top` has no issuer among the certificates given.
 *
 * Where none is known, a gap and an absent root look alike: a leaf on its own lacks its intermediate,
 * since hardly a root issues leaves, and strays are what lies above a gap. Any other path merely lacks
 * a root that nobody here knows, and works wherever that is trusted.
 */
export function completionOf(end: PathEnd, known: KnownAuthorities): Completion {
  const { top } = end;
  if (top.isSelfSigned) return {};
  if (claimsToBeSelfSigned(top))
    return { obstacle: `the signature of ${top.label} does not verify` };
  const issuer = findKnownIssuer(top, known);
  if (issuer && !issuer.hasSigned) {
    const name = quotedName(top.issuer);
    return { obstacle: `the signature of ${top.label} does not verify with the key of ${name}` };
  }
  if (issuer?.isRoot) return { root: issuer.x509 };
  if (issuer || end.isAlone || end.hasStrays) {
    const name = quotedName(top.issuer);
    return { obstacle: `the intermediate ${name}, which issued ${top.label}, is missing` };
  }
  return { warning: rootMissing(top) };
}

/** Names and key identifiers say so, and the signature does not bear them out. */
function claimsToBeSelfSigned({ x509 }: ForeignCertificate): boolean {
  return x509.checkIssued(x509);
}

function rootMissing({ issuer, label }: ForeignCertificate): Warning {
  const absent = `the root ${quotedName(issuer)}, which issued ${label}, was not sent and is not known here`;
  const detail = `${absent}; the PFX is made without it, and Application Gateway asks for the whole chain`;
  return { code: 'root-missing', detail };
}
