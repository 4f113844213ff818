import { readAny } from './der-any.ts';
import { DerError } from './der-error.ts';
import { readDer } from './der-reader.ts';
import type { Extension } from './extension.ts';
import {
  CERTIFICATE_POLICIES,
  describeOid,
  INHIBIT_ANY_POLICY,
  OUR_EXTENSIONS,
  POLICY_CONSTRAINTS,
} from './oids.ts';

/** RFC 5280 §4.2.1.4, §4.2.1.11, §4.2.1.14: what verifiers act on; anything else critical they must refuse (§4.2). */
const KNOWN_WHEN_CRITICAL = [CERTIFICATE_POLICIES, POLICY_CONSTRAINTS, INHIBIT_ANY_POLICY];

/** Whether a verifier that is as able as any other refuses no certificate for this critical extension. */
export function isKnownWhenCritical(id: string): boolean {
  return OUR_EXTENSIONS.includes(id) || KNOWN_WHEN_CRITICAL.includes(id);
}

/** Why an extension cannot be written as it is beside those that are written from decisions, in words. */
export function extensionFault({ id, isCritical, value }: Extension): string | undefined {
  if (OUR_EXTENSIONS.includes(id)) return `${describeOid(id)} is made from the rest of the profile`;
  if (isCritical && !KNOWN_WHEN_CRITICAL.includes(id)) {
    return 'must not be critical: a verifier that does not know it refuses the certificate';
  }
  try {
    readDer(value, readAny);
    return undefined;
  } catch (error) {
    if (!(error instanceof DerError)) throw error;
    return `its value is no DER: ${error.message}`;
  }
}
