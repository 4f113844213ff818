import type { KeyAlgorithm, Subject } from '../certificate.ts';
import type { Violation } from '../errors.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import type { CertificateUrls } from './certificate-urls.ts';
import type { Profile } from './profile.ts';
import type { RequestedNames } from './requested-names.ts';

/** What a certificate is judged by. */
export interface IssuanceTerms {
  readonly profile: Profile;
  readonly keyAlgorithm: KeyAlgorithm;
  /** The authorities above, the issuer first, the root last; empty for a root. */
  readonly issuers: readonly DecodedCertificate[];
  /** The moment of issue. */
  readonly now: Date;
  readonly urls: CertificateUrls;
  readonly pointers: Pointers;
}

/** Where in the request the parts of the certificate came from. */
export interface Pointers {
  /** The name at the same index in the certificate came from here. */
  readonly names: RequestedNames;
  readonly subject: (attribute?: keyof Subject) => string;
  readonly key: string;
}

/** One rule: what a certificate does against it, or nothing. */
export type Check = (certificate: DecodedCertificate, terms: IssuanceTerms) => readonly Violation[];
