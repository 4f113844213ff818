import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { AuthorityBody, CertificationBody, ImportBody } from '../../api/schemas/authority.ts';
import {
  BatchBody,
  CertificateBody,
  RekeyBody,
  RenewalBody,
} from '../../api/schemas/certificate.ts';
import { CertificatePfxBody, PfxBody } from '../../api/schemas/pfx.ts';
import { PreflightBody } from '../../api/schemas/preflight.ts';
import { RotationRunBody, TargetBody, TargetReplacementBody } from '../../api/schemas/target.ts';
import { startApi } from '../support/api.ts';
import { keyPem, pemOf, testChain } from '../support/chains.ts';
import { faultsOf, operationOf, requestSchemaOf } from '../support/documented-operations.ts';
import { issue } from './certificates-on-the-wire.ts';
import { mutationsOf, QUERY_TEXTS } from './mutations.ts';
import { examplesOf, samples } from './samples.ts';

/** Bodies that have every member somewhere, beside the examples of the contract. */
const target = {
  ...{ name: 'a', authority: 'issuing', profile: 'client', keyAlgorithm: 'ecdsa-p256' },
  subject: { commonName: 'a', organizationalUnit: 'b', locality: 'c' },
  ...{ dnsNames: ['a.b'], ipAddresses: ['::1'], emailAddresses: ['a@b'], uris: ['a:b'] },
  ...{ validity: '2d', renewBefore: '1d' },
};
const secret = {
  ...{ type: 'kubernetesSecret', context: 'a', namespace: 'b', name: 'c', secretType: 'Opaque' },
  ...{ includeRoot: true, clientAuthorities: ['a'], clientTrust: 'root', adopt: true },
};
const directory = {
  ...{ type: 'directory', path: '/a', includeRoot: true, clientAuthorities: [] },
  ...{ clientTrust: 'issuer', keyMode: '0600' },
};
const sds = {
  ...{ type: 'sds', includeRoot: true, clientAuthorities: [], clientTrust: 'issuer' },
  readers: ['spiffe://a/b'],
};
const pods = { kind: 'gatewayPods', context: 'a', namespace: 'b', port: 1, serverName: 'c' };
const served = [
  [
    { host: 'a', port: 443, serverName: 'b.c', via: 'tcp' },
    { ...pods, selector: { 'a/b': 'c' } },
  ],
  { ...pods, selector: 'a=b, c in (d, e),!f' },
];
const targets = [secret, directory, sds].map((destination, index) => ({
  ...{ ...target, destination, served: served[index % served.length], rollback: true },
}));
const subtrees = { dnsNames: ['a'], ipRanges: ['::/0'], emailDomains: ['.a'], uriDomains: ['a'] };

const nameConstraints = { permitted: subtrees, excluded: subtrees };

const bodies = {
  createAuthority: {
    schema: AuthorityBody,
    seeds: [
      { kind: 'root', keyAlgorithm: 'ecdsa-p256' },
      { kind: 'root', keyAlgorithm: 'rsa-2048', rsaSignatureScheme: 'pss' },
      { kind: 'intermediate', keyAlgorithm: 'ecdsa-p256', parent: 'root' },
      { kind: 'intermediate', keyAlgorithm: 'ecdsa-p256', parent: null },
    ].map(({ parent, ...own }) => ({
      ...{ name: 'a', subject: { commonName: 'a', country: 'GB', stateOrProvince: 'b' } },
      ...{ ...own, ...(parent === undefined ? {} : { parent }), pathLenConstraint: 0 },
      ...(parent === null ? {} : { validity: '1d', nameConstraints }),
    })),
  },
  importAuthority: {
    schema: ImportBody,
    seeds: [
      { name: 'a', certificate: 'b', privateKey: 'c', password: 'd', namesAbove: ['e'] },
      { name: 'a', pfx: 'AAAA', password: '', rsaSignatureScheme: 'pss' },
      { name: 'a', pfx: 'AAAA', certificate: 'b' },
    ],
  },
  certifyAuthority: {
    schema: CertificationBody,
    seeds: [{ certificate: 'a', namesAbove: ['b', 'c'] }],
  },
  issueCertificate: {
    schema: CertificateBody,
    seeds: [
      { ...target, name: undefined, renewBefore: undefined, storePrivateKey: false },
      { authority: 'issuing', profile: 'server', csr: 'a' },
      { authority: 'issuing', profile: 'server', csr: 'a', keyAlgorithm: 'ecdsa-p256' },
      { authority: 'issuing', profile: 'server', csr: 'a', storePrivateKey: true },
    ],
  },
  issueCertificates: { schema: BatchBody, seeds: [{ items: [null] }] },
  renewCertificate: { schema: RenewalBody, seeds: [{ validity: '1d' }] },
  rekeyCertificate: {
    schema: RekeyBody,
    seeds: [
      { validity: '1d', keyAlgorithm: 'ecdsa-p256', storePrivateKey: true },
      { csr: 'a', validity: '1d' },
      { csr: 'a', keyAlgorithm: 'ecdsa-p256' },
      { csr: 'a', storePrivateKey: false },
    ],
  },
  makeCertificatePfx: {
    schema: CertificatePfxBody,
    seeds: [{ password: '', encryption: 'compat', friendlyName: 'a' }],
  },
  convertToPfx: {
    schema: PfxBody,
    seeds: [{ privateKey: 'a', certificates: 'b', password: 'c', encryption: 'modern' }],
  },
  preflight: { schema: PreflightBody, seeds: [{ consumer: 'envoy', file: 'a' }] },
  createTarget: { schema: TargetBody, seeds: targets },
  replaceTarget: { schema: TargetReplacementBody, seeds: targets },
  runRotation: { schema: RotationRunBody, seeds: [{ force: false }] },
} as const;

/** JSON, as it comes over the wire. */
function mutantsOf(operationId: keyof typeof bodies): readonly unknown[] {
  const seeds = [...bodies[operationId].seeds, ...examplesOf(operationOf(operationId))];
  const texts = seeds
    .flatMap((seed) => [seed, ...mutationsOf(seed)])
    .map((body) => JSON.stringify(body));
  return [...new Set(texts)].map((text) => JSON.parse(text) as unknown);
}

function contractFaults(operationId: string, body: unknown): readonly string[] {
  return faultsOf(requestSchemaOf(operationOf(operationId)) ?? {}, body);
}

describe('parsing and contract', () => {
  for (const operationId of Object.keys(bodies) as (keyof typeof bodies)[]) {
    it(`agree on every body near a good one of ${operationId}`, () => {
      const { schema } = bodies[operationId];
      for (const body of mutantsOf(operationId)) {
        const { success, error } = schema.safeParse(body);
        const faults = contractFaults(operationId, body);
        const difference = `${JSON.stringify(body)}\n${faults.join('\n')}\n${error?.message}`;
        assert.equal(success, faults.length === 0, difference);
      }
    });
  }
});

describe('answers and contract', async () => {
  const { api } = await startApi();
  const stored = await issue(api, { dnsNames: ['a.example.org'], storePrivateKey: true });
  const { leaf, intermediate, root } = testChain('drift');
  const chain = { privateKey: keyPem(leaf), certificates: pemOf([leaf, intermediate, root]) };
  const RUNS = 100;

  for (const { operation, path } of samples.filter((sample) => sample.operation.requestBody)) {
    const { operationId, method } = operation;
    const mutants =
      operationId in bodies ? mutantsOf(operationId as keyof typeof bodies) : mutationsOf({});
    const own = operationId === 'convertToPfx' ? [chain, ...mutationsOf(chain)] : mutants;
    // RSA keys take seconds, and how they are asked for is like any other member.
    const quick = own.filter((body) => body !== undefined && !/rsa-/.test(JSON.stringify(body)));
    const ownPath = path.replace(/[0-9a-f]{32}/, stored.serialNumber);

    it(`400: ${operationId} for what the contract refuses, and for nothing else`, async () => {
      const mutant = fc.constantFrom(...quick);
      await fc.assert(
        fc.asyncProperty(mutant, async (body) => {
          const call = { body, accept: 'application/json' };
          // That a 400 is deserved is asserted of every exchange.
          const { status } = await api.call(method.toUpperCase(), ownPath, call);
          assert.ok(status === 400 || contractFaults(operationId, body).length === 0);
        }),
        { numRuns: RUNS },
      );
    });
  }

  const inQuery = samples.flatMap(({ operation, path }) =>
    operation.parameters
      .filter((parameter) => parameter.in === 'query')
      .map(({ name }) => ({ method: operation.method.toUpperCase(), path, name })),
  );
  for (const { method, path, name } of inQuery) {
    it(`400: ${method} ${path}?${name}= for what the contract refuses, and for nothing else`, async () => {
      for (const text of QUERY_TEXTS.filter((one) => one.length < 5_000 && one.isWellFormed())) {
        const { status } = await api.call(method, `${path}?${name}=${encodeURIComponent(text)}`);
        assert.ok([200, 204, 400, 404].includes(status), text);
      }
    });
  }
});
