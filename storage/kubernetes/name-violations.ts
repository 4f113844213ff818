import type { Violation } from '../../src/errors.ts';
import type { KubernetesSecretDestination } from '../../src/rotation/target.ts';

/** A label as in RFC 1123 §2.1, lower case, of at most 63 characters: a namespace's name. */
const LABEL = /^[a-z0-9](?:[-a-z0-9]{0,61}[a-z0-9])?$/;
/** Dot-separated; Kubernetes bounds the whole and not each part: a Secret's name. */
const SUBDOMAIN =
  /^(?=.{1,253}$)[a-z0-9](?:[-a-z0-9]*[a-z0-9])?(?:\.[a-z0-9](?:[-a-z0-9]*[a-z0-9])?)*$/;

/** What the API server would refuse in the names of `destination`. */
export function nameViolations({
  namespace,
  name,
}: KubernetesSecretDestination): readonly Violation[] {
  const detail = 'must consist of lower-case letters, digits and inner hyphens';
  return [
    ...(LABEL.test(namespace)
      ? []
      : [{ pointer: '/destination/namespace', detail: `${detail}, 63 at most` }]),
    ...(SUBDOMAIN.test(name)
      ? []
      : [{ pointer: '/destination/name', detail: `${detail}, with inner dots, 253 at most` }]),
  ];
}
