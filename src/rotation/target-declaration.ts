import { defaultKeyAlgorithmOf, type Profile } from '../issuance/profile.ts';
import type { RotationTarget } from './target.ts';

/** A target as somebody declares it: a key algorithm that it does not name is its profile's affair. */
export type TargetDeclaration = Omit<RotationTarget, 'keyAlgorithm'> &
  Partial<Pick<RotationTarget, 'keyAlgorithm'>>;

/**
 * What is recorded of a declaration: it says by which algorithm keys are made, so that a target that was declared over
 * HTTP does not change by itself when its profile comes to have another default.
 *
 * @throws {PkiError} `request-refused` for an unknown profile
 */
export function declaredTarget(
  { leafProfileOf }: { readonly leafProfileOf: (name: string) => Profile },
  declaration: TargetDeclaration,
): RotationTarget {
  const { keyAlgorithm = defaultKeyAlgorithmOf(leafProfileOf(declaration.profile)) } = declaration;
  return { ...declaration, keyAlgorithm };
}
