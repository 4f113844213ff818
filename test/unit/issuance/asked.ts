import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import * as der from '../../../src/x509/der.ts';
import { COMMON_NAME } from '../../../src/x509/oids.ts';
import { IssuanceWorld, refusalOf } from '../../support/issuance.ts';
import { handMadeRequest, nameOf, type RequestParts } from '../x509/hand-made-request.ts';

/** The world of the tests that ask for leaves. */
export const world = await IssuanceWorld.withAuthorities();

export const host = 'webapp.istioinaction.io';

/** What a request in JSON is refused for. */
export function asked(request: Partial<LeafRequest>): Promise<readonly string[]> {
  return refusalOf(world.issue(request));
}

/** What a request by CSR is refused for; `beside` stands in the body. */
export function askedByCsr(
  parts: RequestParts,
  beside: Partial<LeafRequest> = {},
): Promise<readonly string[]> {
  return asked({ csr: handMadeRequest(parts), ...beside });
}

export async function issued(request: Partial<LeafRequest>) {
  return (await world.issue(request)).certificate;
}

/** A Name with nothing but a common name. */
export function commonNameOf(text: string): Buffer {
  return nameOf([COMMON_NAME, der.utf8String(text)]);
}

/** A Name whose attributes stand in one RDN. */
export function jointNameOf(
  ...attributes: readonly (readonly [type: string, text: string])[]
): Buffer {
  const rdn = attributes.map(([type, text]) => der.sequence(der.oid(type), der.utf8String(text)));
  return der.sequence(der.setOf(...rdn));
}
