import fc from 'fast-check';
import { examplesOf, samples } from '../api/samples.ts';
import type { DocumentedOperation } from '../support/documented-operations.ts';
import { jsonChanges } from './hostile-json.ts';
import { jsonTextOf, written } from './json-text.ts';

/** What is larger is refused before it is read. */
const MAX_OCTETS = 1024 * 1024;

/** The operations of the contract that take JSON. */
export const bodied = samples.filter(({ body }) => body !== undefined);
/** Every operation, with a body that may be sent to a real service. */
export const harmlessSamples = samples.map((sample) => ({
  ...sample,
  body: harmless(examplesOf(sample.operation))[0],
}));

/** What is asked for in the tests' worlds, and granted as it stands. */
const HONEST = [
  {
    authority: 'issuing',
    profile: 'server',
    dnsNames: ['a.example.org', '*.b.example.org', 'www.example.org'],
    ipAddresses: ['192.0.2.1'],
    validity: '30d',
  },
  {
    authority: 'issuing',
    profile: 'client',
    subject: { commonName: 'agent', organization: 'Example', country: 'GB' },
    emailAddresses: ['agent@example.org'],
    uris: ['spiffe://example.net/agent'],
    storePrivateKey: true,
  },
  { authority: 'issuing', profile: 'spiffe', uris: ['spiffe://example.org/a'] },
  { authority: 'constrained', profile: 'client', dnsNames: ['a.example.org'] },
];

/** JSON that an operation might take, or that differs from it in a few places. */
export function bodyNear(operation: DocumentedOperation): fc.Arbitrary<Buffer> {
  const isIssuing = operation.operationId === 'issueCertificate';
  return bodyNearOneOf([...harmless(examplesOf(operation)), ...(isIssuing ? HONEST : [])]);
}

/** The same for values that are not in the contract. */
export function bodyNearOneOf(values: readonly unknown[]): fc.Arbitrary<Buffer> {
  return fc
    .record({ value: fc.constantFrom(...values.map(quick)), change: jsonChanges })
    .map(({ value, change }) => Buffer.from(written(change(jsonTextOf(value)))))
    .filter(({ length }) => length <= MAX_OCTETS);
}

/** Without those that would have a real service write somewhere, and quick. */
function harmless(examples: readonly unknown[]): readonly unknown[] {
  return examples.filter((one) => !JSON.stringify(one).includes('"directory"')).map(quick);
}

/** RSA keys take as long as a thousand other requests; how one is asked for is like any other member. */
function quick(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value).replaceAll(/rsa-\d+/g, 'ecdsa-p384'));
}
