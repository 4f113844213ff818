import type { Violation } from '../../errors.ts';
import { placesIn } from '../served-place.ts';
import type { RotationTarget } from '../target.ts';

export interface ServedViolationsDeps {
  /** Whether the kubeconfig has a context of this name. */
  readonly hasContext: (name: string) => Promise<boolean>;
}

/** Everything that would keep a target's places from ever being looked at. */
export async function servedViolations(
  { hasContext }: ServedViolationsDeps,
  { served, rollback }: Pick<RotationTarget, 'served' | 'rollback'>,
): Promise<readonly Violation[]> {
  if (served === undefined) {
    const detail =
      'needs "served": who does not look at what is served has nothing to roll back for';
    return rollback ? [{ pointer: '/rollback', detail }] : [];
  }
  const faults = placesIn(served).map(async (place, index): Promise<readonly Violation[]> => {
    const context = 'kind' in place ? place.context : undefined;
    if (context === undefined || (await hasContext(context))) return [];
    const pointer = 'kind' in served ? '/served/context' : `/served/${index}/context`;
    return [{ pointer, detail: `the kubeconfig has no context "${context}"` }];
  });
  return (await Promise.all(faults)).flat();
}
