import type { Warning } from '../certificate.ts';
import { durationSeconds } from '../issuance/duration.ts';
import type { RotationTarget } from '../rotation/target.ts';
import type { Authority } from './authority.ts';

/**
 * A warning for each authority whose remaining life is shorter than the longest leaf that its targets
 * need: from then on some of them can no longer be rotated as declared.
 */
export function shortLives(
  authorities: readonly Authority[],
  targets: readonly RotationTarget[],
  now: Date,
): ReadonlyMap<string, Warning> {
  const warnings = new Map<string, Warning>();
  for (const { name, certificate } of authorities) {
    const needs = targets.filter(({ authority }) => authority === name);
    const longest = Math.max(0, ...needs.map(({ validity }) => durationSeconds(validity)));
    const remaining = (certificate.notAfter.getTime() - now.getTime()) / 1000;
    if (remaining >= longest) continue;
    const end = certificate.notAfter.toISOString();
    const detail = `authority "${name}" ends at ${end}, before the longest leaf of its targets would`;
    warnings.set(name, { code: 'authority-ends-soon', detail });
  }
  return warnings;
}
