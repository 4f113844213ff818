import { hasEnded } from '../has-ended.ts';
import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { describeSubject } from '../x509/distinguished-name.ts';
import { pathLengthLeftBy } from './authority-checks.ts';
import type { Signer } from './issuance-request.ts';
import { MAX_PATH_LENGTH } from './issuer.ts';

/**
 * Why a signer cannot issue now, whatever is asked of it; `undefined` where nothing keeps it from that.
 *
 * RFC 5280 §6.1.3 (a)(2), §6.1.4 (k), (l), (n): nothing verifies below an authority that is outside its own
 * period, whose certificate is not one for signing certificates, or whose path length is used up. An
 * authority made here never outlives those above it; one that was imported may.
 */
export function issuingObstacle(
  { name, path }: Pick<Signer, 'name' | 'path'>,
  { isAuthority }: { readonly isAuthority: boolean },
  now: Date,
): string | undefined {
  for (const [above, certificate] of path.entries()) {
    const obstacle = obstacleOf(certificate, now);
    if (obstacle === undefined) continue;
    const subject = describeSubject(certificate.subject.known);
    return `authority "${name}" ${above === 0 ? '' : `stands below "${subject}", which `}${obstacle}`;
  }
  const isPathFull = pathLengthLeftBy(path) < 0 || path.length >= MAX_PATH_LENGTH;
  return isAuthority && isPathFull ? `authority "${name}" has no path length left` : undefined;
}

function obstacleOf(certificate: DecodedCertificate, now: Date): string | undefined {
  if (now < certificate.notBefore) return 'is not valid yet';
  if (hasEnded(certificate, now)) return 'has expired';
  return maySignCertificates(certificate) ? undefined : 'may not sign certificates';
}

/** RFC 5280 §4.2.1.3: without keyUsage, a key is good for whatever basicConstraints allow. */
function maySignCertificates({ isAuthority, keyUsage }: DecodedCertificate): boolean {
  return isAuthority && (keyUsage.length === 0 || keyUsage.includes('keyCertSign'));
}
