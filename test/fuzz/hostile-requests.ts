import fc from 'fast-check';
import type { DocumentedOperation } from '../support/documented-operations.ts';
import { bodied, bodyNear, harmlessSamples } from './hostile-bodies.ts';
import { hostileCsr } from './hostile-csr.ts';
import { targetNear } from './hostile-targets.ts';
import { type HttpRequest, PLAIN, pathForStored } from './http-request.ts';

/** How often each operation that takes a body is tried; a PFX costs as much as a hundred certificates. */
const WEIGHTS: Readonly<Record<string, number>> = {
  issueCertificate: 40,
  makeCertificatePfx: 1,
  convertToPfx: 1,
  issueCertificates: 2,
  createAuthority: 2,
};
const OTHER_WEIGHT = 5;

/** A request in good order but for what its JSON says. */
export const requestWithHostileJson: fc.Arbitrary<HttpRequest> = fc.oneof(
  ...bodied.map(({ operation, path }) => ({
    arbitrary: bodyNear(operation).map((body) => ({
      method: operation.method.toUpperCase(),
      target: pathForStored(path),
      headers: PLAIN,
      body,
    })),
    weight: WEIGHTS[operation.operationId] ?? OTHER_WEIGHT,
  })),
);

/** A request in good order but for what its CSR says. */
export const requestWithHostileCsr: fc.Arbitrary<HttpRequest> = fc
  .record({
    csr: hostileCsr,
    authority: fc.constantFrom('issuing', 'constrained'),
    profile: fc.constantFrom('server', 'client'),
  })
  .map((body) => ({
    method: 'POST',
    target: '/v1/certificates',
    headers: PLAIN,
    body: Buffer.from(JSON.stringify(body)),
  }));

/** A request whose path and query are what somebody made up. */
export const requestWithHostileTarget: fc.Arbitrary<HttpRequest> = fc
  .constantFrom(...harmlessSamples)
  .chain(({ operation, path, body }) =>
    fc
      .record({ target: targetNear(operation, pathForStored(path)), method: methodNear(operation) })
      .map((request) => ({
        ...request,
        headers: PLAIN,
        ...(body === undefined ? {} : { body: Buffer.from(JSON.stringify(body)) }),
      })),
  );

function methodNear({ method }: DocumentedOperation): fc.Arbitrary<string> {
  return fc.oneof(
    { arbitrary: fc.constant(method.toUpperCase()), weight: 9 },
    {
      arbitrary: fc.constantFrom('GET', 'HEAD', 'POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS'),
      weight: 1,
    },
  );
}
