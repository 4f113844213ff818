import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { parseBody, parseJsonOctets } from '../../api/input.ts';
import { CertificateBody } from '../../api/schemas/certificate.ts';
import type { LeafRequest } from '../../src/issuance/issue-leaf.ts';
import { operationOf } from '../support/documented-operations.ts';
import { NOW } from '../support/issuance.ts';
import { RESTATED } from '../support/narrow-profile.ts';
import { assertLeafPolicy } from '../support/restated-policy/assert-policy.ts';
import { constrainedWorld, pathOf } from '../unit/issuance/constrained-worlds.ts';
import { assertNamesAsAsked } from './asked-names.ts';
import { keptCases } from './corpus.ts';
import { grantedBy } from './granted.ts';
import { bodyNear } from './hostile-bodies.ts';
import { hostileCsr } from './hostile-csr.ts';
import { CASES } from './settings.ts';
import { tryAll } from './try-all.ts';

/** The bound of a case whose JSON is read, whose keys are made and whose certificate is signed. */
const world = await constrainedWorld();
/** A property that holds because everything is refused would say nothing. */
const MIN_PERCENT_GRANTED = 1;
let granted = 0;

/** What is signed is what was asked for and permitted, and recorded; what is refused leaves nothing. */
async function ask(requestOf: () => LeafRequest): Promise<void> {
  const before = world.records.length;
  let issued = 0;
  const result = await grantedBy(async () => {
    const request = requestOf();
    const { certificate } = await world.issue(request);
    issued += 1;
    return { request, certificate };
  });
  assert.equal(world.records.length - before, issued);
  if (!result) return;
  const { request, certificate } = result;
  const profile = RESTATED[request.profile] ?? assert.fail(request.profile);
  assertLeafPolicy(certificate.der, pathOf(world, request.authority), { profile, now: NOW });
  assertNamesAsAsked(certificate.der, request);
  granted += 1;
}

const askByJson = (octets: Buffer) =>
  ask(() => parseBody(CertificateBody, parseJsonOctets(octets)));
const askByCsr = ({ csr, profile }: { readonly csr: string; readonly profile: string }) =>
  ask(() => ({ csr, profile, authority: 'issuing' }));
const csrRequest = fc.record({ csr: hostileCsr, profile: fc.constantFrom('server', 'client') });

describe('nothing is signed but what was asked for and permitted, and every refusal says where it is wrong,', () => {
  for (const { name, octets } of keptCases('issuing-body')) {
    it(`whatever showed something once: ${name}`, () => askByJson(octets));
  }

  for (const { name, octets } of keptCases('certification-request')) {
    it(`whatever showed something once: ${name}`, async () => {
      await askByCsr({ csr: octets.toString('utf8'), profile: 'server' });
      await askByCsr({ csr: octets.toString('utf8'), profile: 'client' });
    });
  }

  it('whatever its JSON says', async (t) => {
    granted = 0;
    const percent = 30;
    const trial = { percent, kind: 'issuing-body', octetsOf: (body: Buffer) => body } as const;
    await tryAll(t, bodyNear(operationOf('issueCertificate')), { ...trial, check: askByJson });
    t.diagnostic(`${granted} granted`);
    assert.ok(granted >= (CASES * percent * MIN_PERCENT_GRANTED) / 10_000);
  });

  it('whatever its CSR says', async (t) => {
    granted = 0;
    const percent = 18;
    const octetsOf = ({ csr }: { readonly csr: string }) => Buffer.from(csr);
    const trial = { percent, kind: 'certification-request', octetsOf } as const;
    await tryAll(t, csrRequest, { ...trial, check: askByCsr });
    t.diagnostic(`${granted} granted`);
    assert.ok(granted >= (CASES * percent * MIN_PERCENT_GRANTED) / 10_000);
  });
});
