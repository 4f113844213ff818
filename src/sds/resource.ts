import type { Violation } from '../errors.ts';
import { nameFault } from '../issuance/name-checks.ts';
import type { Destination, SdsDestination } from '../rotation/target.ts';

/** As Istio has it: the client authorities of `webapp` are called `webapp-cacert`. */
const AUTHORITIES_SUFFIX = '-cacert';
/** What comes behind the trust domain (SPIFFE-ID §2). */
const SPIFFE_PATH = /^spiffe:\/\/[^/]+(\/.*)$/;

/** The name under which the client authorities of a target are asked for. */
export function authoritiesNameOf(target: string): string {
  return `${target}${AUTHORITIES_SUFFIX}`;
}

/** The target whose client authorities are asked for under `resource`; `undefined` where that is no such name. */
export function targetOfAuthorities(resource: string): string | undefined {
  return resource.endsWith(AUTHORITIES_SUFFIX)
    ? resource.slice(0, -AUTHORITIES_SUFFIX.length)
    : undefined;
}

/**
 * Whether a client with `uris` in its certificate may read what is kept at a destination.
 *
 * Octet by octet: certificates and declarations hold URIs in one form, and a pattern would let in what
 * nobody has thought of. Without readers, the path of a SPIFFE ID names the one target that it is for.
 */
export function mayRead({ name, readers }: SdsDestination, uris: readonly string[]): boolean {
  if (readers) return uris.some((uri) => readers.includes(uri));
  return uris.some((uri) => SPIFFE_PATH.exec(uri)?.[1]?.endsWith(`/sds/${name}`) === true);
}

/** Readers that have the form of a URI and are none, so that no certificate can name them. */
export function readerViolations(destination: Destination): readonly Violation[] {
  const { readers = [] } = isForSds(destination) ? destination : {};
  return readers.flatMap((reader, index) => {
    const detail = nameFault('uris', reader);
    return detail === undefined ? [] : [{ pointer: `/destination/readers/${index}`, detail }];
  });
}

/** Whether a target's files are handed out by this service itself. */
export function isForSds(destination: Destination): destination is SdsDestination {
  return destination.type === 'sds';
}
