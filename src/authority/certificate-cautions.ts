import type { Warning } from '../certificate.ts';
import { libraryWarnings } from '../preflight/library-warnings.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import {
  ANY_EXTENDED_KEY_USAGE,
  BASIC_CONSTRAINTS,
  CLIENT_AUTH,
  SERVER_AUTH,
} from '../x509/oids.ts';

/** RFC 5280 §4.2.1.11. */
const POLICY_CONSTRAINTS = '2.5.29.36';

/**
 * What is taken in an authority's certificate although some verifiers refuse it, and with it everything
 * that is issued below.
 */
export function cautionsAbout(
  name: string,
  path: readonly [DecodedCertificate, ...DecodedCertificate[]],
): readonly Warning[] {
  const [certificate, issuer] = path;
  const deviations = deviationsOf(certificate, issuer).map((deviation) => ({
    code: 'not-rfc-5280',
    detail: `${name} ${deviation}; strict verifiers, such as openssl verify -x509_strict, refuse it`,
  }));
  return [
    ...deviations,
    ...purposeCautions(certificate, name),
    ...policyCautions(certificate, name),
    ...libraryWarnings(name, path),
  ];
}

/** What RFC 5280 §4.2.1.1, §4.2.1.2, §4.2.1.3 and §4.2.1.9 ask of authorities. */
function deviationsOf(
  certificate: DecodedCertificate,
  issuer: DecodedCertificate | undefined,
): readonly string[] {
  const { keyUsage, subjectKeyIdentifier, authorityKeyIdentifier, criticalExtensions } =
    certificate;
  const rules: readonly (readonly [boolean, string])[] = [
    [subjectKeyIdentifier !== '', 'has no subjectKeyIdentifier'],
    [!issuer || authorityKeyIdentifier !== '', 'has no authorityKeyIdentifier'],
    [keyUsage.length > 0, 'has no keyUsage'],
    [criticalExtensions.includes(BASIC_CONSTRAINTS), 'has basicConstraints that are not critical'],
  ];
  return rules.flatMap(([holds, deviation]) => (holds ? [] : [deviation]));
}

/** OpenSSL, and so curl and nginx, see no permission in anyExtendedKeyUsage. */
function purposeCautions({ extKeyUsage }: DecodedCertificate, name: string): readonly Warning[] {
  const isExplicit = [SERVER_AUTH, CLIENT_AUTH].some((purpose) => extKeyUsage.includes(purpose));
  if (isExplicit || !extKeyUsage.includes(ANY_EXTENDED_KEY_USAGE)) return [];
  const detail = `${name} allows any purpose by anyExtendedKeyUsage alone; OpenSSL, and so curl, sees none in it`;
  return [{ code: 'any-extended-key-usage', detail }];
}

/** Verifiers that process policies, such as Java's, then want one in every certificate below. */
function policyCautions({ extensions }: DecodedCertificate, name: string): readonly Warning[] {
  if (!extensions.some(({ id }) => id === POLICY_CONSTRAINTS)) return [];
  const detail = `${name} has policyConstraints; some verifiers refuse what is issued below without certificatePolicies`;
  return [{ code: 'policy-constraints', detail }];
}
