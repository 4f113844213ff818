import type { DestinationTouch } from '../../src/rotation/destination.ts';
import { ANNOTATIONS } from './ownership.ts';
import { parseVersion } from './secret-state.ts';

/**
 * A merge patch of one annotation, upon which istiod pushes the Secret once more. It creates nothing and takes nothing
 * away, as an apply without the fields that we own would; the version lets it change only what was judged.
 */
export function touchPatch({ version, time }: DestinationTouch) {
  const { uid, resourceVersion } = parseVersion(version);
  const annotations = { [ANNOTATIONS.touchedAt]: time.toISOString() };
  return { metadata: { uid, resourceVersion, annotations } };
}
