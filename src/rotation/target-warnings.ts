import type { Warning } from '../certificate.ts';
import type { Profile } from '../issuance/profile.ts';
import { roleOf } from '../preflight/candidate.ts';
import { shapeOfAlgorithm } from '../preflight/key-shape.ts';
import { findingsOf } from '../preflight/rule.ts';
import { targetRules } from '../preflight/rules.ts';
import type { RotationTarget } from './target.ts';

/**
 * What Envoy or Application Gateway may have against the certificate that a target is to hold, told before
 * it is there; nothing where the target's profile does not exist any more, since its passes tell that.
 */
export function targetWarnings(
  { findProfile }: { readonly findProfile: (name: string) => Profile | undefined },
  { profile: profileName, keyAlgorithm, destination }: RotationTarget,
): readonly Warning[] {
  const profile = findProfile(profileName);
  if (!profile) return [];
  const role = roleOf(profile);
  const key = shapeOfAlgorithm(keyAlgorithm);
  const candidate = { role, key, endsWithRoot: destination.includeRoot };
  return findingsOf(targetRules, candidate).map(({ rule, detail }) => ({ code: rule.id, detail }));
}
