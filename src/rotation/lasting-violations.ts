import type { AuthorityKind } from '../certificate.ts';
import { PkiError, type Violation } from '../errors.ts';
import type { Issuer } from '../issuance/issuer.ts';
import { anyIssuer } from './any-issuer.ts';
import type { RotationTarget } from './target.ts';
import {
  declaredViolations,
  type SampleDeps,
  type TargetViolationsDeps,
} from './target-violations.ts';

type LastingViolationsDeps = SampleDeps &
  Pick<TargetViolationsDeps, 'leafProfileOf' | 'findAuthority'>;

/**
 * Of what {@link targetViolations} finds, that which no moment decides: what declarations and their profiles say against each
 * other, whatever an authority permits. One that is not there may come in at any moment, over the API that is to start.
 * Points from the list of targets on.
 */
export async function lastingViolations(
  deps: LastingViolationsDeps,
  targets: readonly RotationTarget[],
): Promise<readonly Violation[]> {
  if (targets.length === 0) return [];
  const now = deps.now();
  const [root, intermediate] = [
    await anyIssuer(deps, 'root', now),
    await anyIssuer(deps, 'intermediate', now),
  ];
  const violations: Violation[] = [];
  for (const [index, target] of targets.entries()) {
    const found = await violationsOf(deps, target, { root, intermediate });
    violations.push(
      ...found.map(({ pointer, detail }) => ({ pointer: `/${index}${pointer}`, detail })),
    );
  }
  return violations;
}

async function violationsOf(
  deps: LastingViolationsDeps,
  target: RotationTarget,
  issuers: Readonly<Record<AuthorityKind, Issuer>>,
): Promise<readonly Violation[]> {
  const authority = await deps.findAuthority(target.authority);
  const issuer = issuers[authority?.kind ?? 'intermediate'];
  return declared(deps, target, issuer);
}

/** What cannot be written at all is thrown. */
async function declared(
  deps: LastingViolationsDeps,
  target: RotationTarget,
  issuer: Issuer,
): Promise<readonly Violation[]> {
  try {
    const profile = deps.leafProfileOf(target.profile);
    return await declaredViolations(deps, target, { profile, issuer });
  } catch (error) {
    if (error instanceof PkiError && error.code === 'request-refused') return error.violations;
    throw error;
  }
}
