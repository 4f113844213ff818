import type { Actor } from '../audit/entry.ts';
import type { RotationReason } from './rotation-reason.ts';

/** One write of a target's destination, or the intention of one that is not known to have been done. */
export interface Revision {
  /** Counted from 1 for each target; the destination's mark names the same number. */
  readonly number: number;
  readonly serialNumber: string;
  readonly authority: string;
  readonly notAfter: Date;
  /** Why it was made. */
  readonly reasons: readonly RotationReason[];
  readonly actor: string;
  readonly recordedAt: Date;
  /** Null where it was never written, or nobody lived to note it. */
  readonly writtenAt: Date | null;
  /** When every place that is to serve it was first seen to do so. */
  readonly provenAt: Date | null;
  /** Whether its private key is still kept, so that it can be put back. */
  readonly isKeyKept: boolean;
}

/** A certificate of a target whose private key is kept, to be put back and for nothing else. */
export interface KeptCertificate {
  readonly serialNumber: string;
  readonly authority: string;
  readonly der: Uint8Array;
  /** PKCS#8. */
  readonly privateKeyPem: string;
}

/** A revision that is about to be recorded. */
export interface NewRevision {
  readonly target: string;
  readonly number: number;
  readonly reasons: readonly RotationReason[];
  readonly actor: Actor;
}

/** How many certificates of a target can be put back: the one in place, and the one before it. */
export const KEPT_CERTIFICATES = 2;
