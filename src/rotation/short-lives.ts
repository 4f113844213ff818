import { type Authority, isCertified, type RecordedAuthority } from '../authority/authority.ts';
import type { Certificate, Warning } from '../certificate.ts';
import { durationSeconds } from '../issuance/duration.ts';
import { commonPeriodOf } from '../issuance/validity.ts';
import type { RotationTarget } from './target.ts';

/**
 * A warning for each authority whose remaining life is shorter than the longest leaf that its targets
 * need: from then on some of them can no longer be rotated as declared. The life of one that was imported
 * may be over before its certificate says so, when an authority above it ends.
 */
export function shortLives(
  recorded: readonly RecordedAuthority[],
  targets: readonly RotationTarget[],
  now: Date,
): ReadonlyMap<string, Warning> {
  const authorities = recorded.filter(isCertified);
  const warnings = new Map<string, Warning>();
  for (const { name } of authorities) {
    const needs = targets.filter(({ authority }) => authority === name);
    const longest = Math.max(0, ...needs.map(({ validity }) => durationSeconds(validity)));
    const { notAfter } = commonPeriodOf(certificatesAt(name, authorities));
    if ((notAfter.getTime() - now.getTime()) / 1000 >= longest) continue;
    const end = notAfter.toISOString();
    const detail = `authority "${name}" ends at ${end}, before the longest leaf of its targets would`;
    warnings.set(name, { code: 'authority-ends-soon', detail });
  }
  return warnings;
}

/** The certificates of an authority and of those above it. */
function certificatesAt(
  name: string | null,
  authorities: readonly Authority[],
): readonly Certificate[] {
  const own = authorities.find((authority) => authority.name === name);
  if (!own) return [];
  const others = authorities.filter((authority) => authority !== own);
  return [own.certificate, ...certificatesAt(own.parent, others)];
}
