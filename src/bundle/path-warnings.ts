import type { X509Certificate } from 'node:crypto';
import type { Warning } from '../certificate.ts';
import { hasEnded } from '../has-ended.ts';
import { quotedName } from './foreign-certificate.ts';

/**
 * What is legal in somebody else's path and will not last; `path` is leaf first. A certificate that
 * outlives its issuer stops working on a day that its own dates do not show.
 */
export function pathWarnings(path: readonly X509Certificate[], now: Date): readonly Warning[] {
  return path.flatMap((certificate, index) => {
    const { subject = '', validToDate: end } = certificate;
    const issuerEnd = path[index + 1]?.validToDate ?? end;
    const warnings: Warning[] = [];
    if (hasEnded({ notAfter: end }, now)) {
      warnings.push({
        code: 'expired',
        detail: `${quotedName(subject)} expired at ${end.toISOString()}`,
      });
    }
    if (end > issuerEnd) {
      const detail = `${quotedName(subject)} outlives its issuer, which expires at ${issuerEnd.toISOString()}`;
      warnings.push({ code: 'outlives-issuer', detail });
    }
    return warnings;
  });
}
