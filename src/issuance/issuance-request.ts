import type { Subject } from '../certificate.ts';
import type { DecodedExtensions } from '../x509/decode-extensions.ts';
import type { SubjectKey } from '../x509/key.ts';
import type { NameConstraints } from '../x509/name-constraints.ts';
import type { Issuer } from './issuer.ts';
import type { RequestedNames } from './requested-names.ts';

/** What one certificate is to be. */
export interface IssuanceRequest {
  /** Its name. */
  readonly profile: string;
  readonly publicKey: SubjectKey;
  /** Written in the order of its members where `isSubjectInOrder`, else in the order of {@link SUBJECT_ATTRIBUTES}. */
  readonly subject: Subject;
  readonly isSubjectInOrder?: boolean;
  readonly names: RequestedNames;
  /** Duration text; absent: the profile's default. */
  readonly validity?: string | undefined;
  readonly pathLenConstraint?: number | undefined;
  readonly nameConstraints?: NameConstraints | undefined;
  /** Where in the caller's request the subject, or one of its attributes, stands. */
  readonly subjectPointer: (attribute?: keyof Subject) => string;
  /** Where the choice of the key stands; absent: `/keyAlgorithm`. */
  readonly keyPointer?: string;
  /** What a CSR asks for; a warning says what of it is not granted. */
  readonly requestedExtensions?: DecodedExtensions;
}

/** The signer: an authority that exists, or a root that is just being made. */
export type Signer = Issuer | SelfSigner;

/** The key of a root that does not exist yet. */
export interface SelfSigner {
  readonly name: string;
  readonly signatureAlgorithm: Uint8Array;
  readonly path: readonly [];
  readonly sign: (octets: Uint8Array) => Promise<Uint8Array>;
}
