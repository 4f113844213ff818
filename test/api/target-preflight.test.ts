import assert from 'node:assert/strict';
import { rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import * as der from '../../src/x509/der.ts';
import { POLICY_CONSTRAINTS } from '../../src/x509/oids.ts';
import { startApi } from '../support/api.ts';
import { FOREIGN, UNREACHABLE } from '../support/fake-destinations.ts';
import { outsideAuthority } from '../support/outside-authority.ts';
import { problemIn } from './certificates-on-the-wire.ts';
import { declared, directoryTarget, secretTarget } from './targets-on-the-wire.ts';

interface PreflightJson {
  readonly target: string;
  readonly serialNumber: string | null;
  readonly verdict: string;
  readonly findings: readonly { readonly rule: string; readonly prevents?: string }[];
}

describe('GET /v1/rotation/targets/{name}/preflight', async () => {
  const { api, newDirectory } = await startApi();
  const path = newDirectory();
  const { status } = await declared(api, directoryTarget(path));
  const preflight = (name = 'edge') => api.get(`/v1/rotation/targets/${name}/preflight`);

  it('200: what we have written is accepted', async () => {
    const { findings, ...report } = (await preflight()).json<PreflightJson>();
    const { serialNumber } = status;
    assert.deepEqual(report, { target: 'edge', serialNumber, verdict: 'accepted' });
    assert.deepEqual(findings, []);
  });

  it('200: a key of another certificate is told in Envoy’s words', async () => {
    const other = newDirectory();
    await declared(api, directoryTarget(other, { name: 'other' }));
    const key = join(path, 'current', 'tls.key');
    rmSync(key);
    const { privateKey } = (
      await api.post('/v1/certificates', {
        ...{ authority: 'issuing', profile: 'server', dnsNames: ['a.example.org'] },
      })
    ).json<{ privateKey: string }>();
    writeFileSync(key, privateKey, { mode: 0o600 });
    const { verdict, findings } = (await preflight()).json<PreflightJson>();
    assert.equal(verdict, 'refused');
    const [finding] = findings;
    assert.deepEqual(
      [finding?.rule, finding?.prevents],
      ['delivery-key-matches', 'KEY_VALUES_MISMATCH'],
    );
  });

  it('200: a place that is somebody else’s says so', async () => {
    await declared(api, secretTarget(FOREIGN, { name: 'foreign' }));
    const { verdict, serialNumber, findings } = (await preflight('foreign')).json<PreflightJson>();
    assert.deepEqual([verdict, serialNumber], ['refused', null]);
    assert.ok(findings.some(({ rule }) => rule === 'destination-ours'));
  });

  it('200: what others have against an authority from elsewhere stops no write, and is told', async () => {
    const wanting = der.sequence(der.implicit(0, Buffer.of(0)));
    const root = outsideAuthority({ subject: 'Elsewhere Root' });
    const own = outsideAuthority({
      subject: 'Elsewhere',
      issuer: root,
      extensions: { [POLICY_CONSTRAINTS]: { isCritical: true, value: wanting } },
    });
    const brought = { name: 'elsewhere', certificate: own.pem + root.pem, privateKey: own.keyPem };
    assert.equal((await api.post('/v1/authorities/import', brought)).status, 201);
    const target = directoryTarget(newDirectory(), { name: 'below', authority: 'elsewhere' });
    const { lastError } = (await declared(api, target)).status;
    assert.equal(lastError, null);
    const { verdict, serialNumber, findings } = (await preflight('below')).json<PreflightJson>();
    assert.equal(verdict, 'accepted');
    assert.ok(serialNumber);
    assert.deepEqual(
      findings.map(({ rule }) => rule),
      ['path-explicit-policy'],
    );
  });

  it('404: a target that does not exist', async () => {
    problemIn(await preflight('nobody'), 404, 'target-unknown');
  });

  it('503: a cluster that does not answer', async () => {
    await declared(api, secretTarget(UNREACHABLE, { name: 'unreachable' }));
    problemIn(await preflight('unreachable'), 503, 'target-unavailable');
  });
});
