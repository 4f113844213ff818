import type { SubjectAltNames } from '../certificate.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import type { Role } from './rule.ts';

/** Files that are to lie, or lie, where a consumer reads them, and what they are to be. */
export interface DeliveryCandidate extends PlaceCandidate {
  /** In the file's order; `undefined` where it cannot be read. */
  readonly chain: readonly DecodedCertificate[] | undefined;
  /** `undefined` where the key cannot be read, or there is more than one. */
  readonly keySubjectPublicKeyInfo: Uint8Array | undefined;
  /** What an independent reader has against the way from the leaf to the root, in words. */
  readonly pathFault: string | undefined;
  /** The leaf's serial number, and what it is to be good for. */
  readonly names: SubjectAltNames;
  readonly extKeyUsage: readonly string[];
  readonly now: Date;
  /** From when on it would be replaced. */
  readonly renewAt: Date | undefined;
  /** `ca.crt` as it is, and as the target says; `undefined` where there is none, and where there is to be none. */
  readonly clientCa: { readonly present: string | undefined; readonly wanted: string | undefined };
  /** All files together. */
  readonly octets: number;
}

/** The place itself: what lies beside our files, and is read with them or instead of them. */
export interface PlaceCandidate {
  readonly role: Role;
  /** Whose it is where it is not ours, in words. */
  readonly owner: string | undefined;
  /** What keeps anything from being written there, in words. */
  readonly obstacle: string | undefined;
  /** Contents by the entry's name. */
  readonly beside: Readonly<Record<string, Uint8Array>>;
  /** The client authorities in a Secret of their own, which win over those beside the key; PEM. */
  readonly separateCa: { readonly name: string; readonly pem: string } | undefined;
  /** `ca.crt` as it is to be; `undefined` where there is to be none. */
  readonly clientAuthorities: string | undefined;
  /** Of the certificate that the place is to hold; `undefined` while that is still to be issued. */
  readonly serialNumber: string | undefined;
  readonly at: Date;
  /** From when on the certificate that the place is to hold is valid, with all above it; `undefined` where that does not matter. */
  readonly begins: Date | undefined;
  /** The latest that the place's own clock may show; `undefined` where it has none that is known. */
  readonly latestThere: Date | undefined;
}
