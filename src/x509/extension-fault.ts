import { readAny } from './der-any.ts';
import { DerError } from './der-error.ts';
import { readDer } from './der-reader.ts';
import type { Extension } from './extension.ts';
import { extensionSyntaxFault } from './extension-syntax-fault.ts';
import {
  CERTIFICATE_POLICIES,
  CT_POISON,
  describeOid,
  INHIBIT_ANY_POLICY,
  NETSCAPE_CERT_TYPE,
  OUR_EXTENSIONS,
  POLICY_CONSTRAINTS,
  POLICY_MAPPINGS,
} from './oids.ts';

/** RFC 5280 §4.2.1.4, §4.2.1.11, §4.2.1.14: what verifiers act on; anything else critical they must refuse (§4.2). */
const KNOWN_WHEN_CRITICAL = [CERTIFICATE_POLICIES, POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY];

/** Whether a verifier that is as able as any other refuses no certificate for this critical extension. */
export function isKnownWhenCritical(id: string): boolean {
  return OUR_EXTENSIONS.includes(id) || KNOWN_WHEN_CRITICAL.includes(id);
}

/** RFC 5280 §4.2.1.11, §4.2.1.14: who does not know these must refuse the certificate. */
const ALWAYS_CRITICAL = [POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY];
/** RFC 5280 §4.2.1.5, §4.2.1.11, §4.2.1.14: what they say is about certificates below. */
const OF_AUTHORITIES = [POLICY_MAPPINGS, ...ALWAYS_CRITICAL];
/** SSL CA, S/MIME CA and object signing CA; the bits before are for what leaves do. */
const FIRST_NETSCAPE_CA_BIT = 5;

/** Why an extension cannot be written as it is beside those that are written from decisions, in words. */
export function extensionFault(extension: Extension): string | undefined {
  const { id, isCritical, value } = extension;
  if (OUR_EXTENSIONS.includes(id)) return `${describeOid(id)} is made from the rest of the profile`;
  if (id === CT_POISON) return 'makes a precertificate, and no certificate (RFC 6962 §3.1)';
  if (isCritical && !KNOWN_WHEN_CRITICAL.includes(id)) {
    return 'must not be critical: a verifier that does not know it refuses the certificate';
  }
  if (!isCritical && ALWAYS_CRITICAL.includes(id)) {
    return `must be critical: ${describeOid(id)} is not to be passed over (RFC 5280 §4.2.1.11, §4.2.1.14)`;
  }
  const fault = extensionSyntaxFault(extension) ?? anyFault(value);
  return fault === undefined ? undefined : `its value ${fault}`;
}

/** What an extension says that an authority alone may say, as a sentence without its subject. */
export function authorityExtensionFault({ id, value }: Extension): string | undefined {
  if (OF_AUTHORITIES.includes(id)) return `has ${describeOid(id)}, which is for authorities alone`;
  const isReadable = id === NETSCAPE_CERT_TYPE && !extensionSyntaxFault({ id, value });
  if (!isReadable) return undefined;
  const bits = readDer(value, (reader) => reader.namedBits());
  return bits.some((bit) => bit >= FIRST_NETSCAPE_CA_BIT)
    ? `has a ${describeOid(id)} of an authority`
    : undefined;
}

function anyFault(value: Uint8Array): string | undefined {
  try {
    readDer(value, readAny);
    return undefined;
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return `is no DER: ${error.message}`;
  }
}
