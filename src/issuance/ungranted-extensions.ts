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

/** The extensions that are lists of usages, of which some may be granted. */
const USAGES: Readonly<Record<string, (values: ExtensionValues) => readonly string[]>> = {
  [KEY_USAGE]: ({ keyUsage }) => keyUsage,
  [EXT_KEY_USAGE]: ({ extKeyUsage }) => extKeyUsage,
};
const MAX_LISTED = 8;

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
    detail: `the CSR's ${describeOid(id)} was ${outcomeOf(id, values, certificate)}`,
  }));
}

/** What became of a wish: of a list of usages, which were left out and which were added. */
function outcomeOf(id: string, asked: ExtensionValues, granted: ExtensionValues): string {
  const usagesOf = USAGES[id];
  if (!usagesOf) return 'not granted';
  const [wished, given] = [usagesOf(asked), usagesOf(granted)];
  const lacking = wished.filter((usage) => !given.includes(usage));
  if (lacking.length === wished.length) return 'not granted';
  const added = given.filter((usage) => !wished.includes(usage));
  const changes = [
    ...(lacking.length > 0 ? [`without ${listed(lacking)}`] : []),
    ...(added.length > 0 ? [`with ${listed(added)} besides`] : []),
  ];
  return `granted ${changes.join(' and ')}`;
}

function listed(usages: readonly string[]): string {
  const more = usages.length > MAX_LISTED ? ' and more' : '';
  return usages.slice(0, MAX_LISTED).map(describeOid).join(', ') + more;
}
