import type { Warning } from '../certificate.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import type { DecodedExtensions, ExtensionValues } from '../x509/decode-extensions.ts';
import {
  BASIC_CONSTRAINTS,
  describeOid,
  EXT_KEY_USAGE,
  KEY_USAGE,
  SUBJECT_ALT_NAME,
} from '../x509/oids.ts';
import { haveSameMembers } from './requested-names.ts';

type Comparison = (asked: ExtensionValues, granted: ExtensionValues) => boolean;

/** Where the same thing can be said in other octets, or is granted or refused elsewhere. */
const COMPARISONS: Readonly<Record<string, Comparison>> = {
  [SUBJECT_ALT_NAME]: () => true,
  [BASIC_CONSTRAINTS]: (asked, granted) => asked.isAuthority === granted.isAuthority,
  [KEY_USAGE]: (asked, granted) => haveSameMembers(asked.keyUsage, granted.keyUsage),
  [EXT_KEY_USAGE]: (asked, granted) => haveSameMembers(asked.extKeyUsage, granted.extKeyUsage),
};

/**
 * A warning for each extension that a CSR asks for and the certificate does not have as it was asked for,
 * however urgently that was.
 */
export function ungrantedExtensions(
  { extensions, values }: DecodedExtensions,
  certificate: DecodedCertificate,
): readonly Warning[] {
  const ungranted = extensions.filter(({ id, value }) => {
    const isSame = COMPARISONS[id];
    if (isSame) return !isSame(values, certificate);
    return !certificate.extensions.some(
      (granted) => granted.id === id && Buffer.compare(granted.value, value) === 0,
    );
  });
  return ungranted.map(({ id }) => ({
    code: 'extension-ignored',
    detail: `the CSR's ${describeOid(id)} was not granted`,
  }));
}
