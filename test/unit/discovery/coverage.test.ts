import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { type Credential, coverageFindings } from '../../../src/discovery/coverage.ts';
import type { Gateway } from '../../../src/discovery/gateway.ts';
import { clusterWith, codesIn, http, https, istioGateway, plainGateway } from './gateways.ts';

function secret(
  name: string,
  names: readonly string[],
  other: Partial<Credential> = {},
): Credential {
  const certificate = { names, fingerprint: name };
  return { namespace: 'istio-system', name, certificate, isOurs: false, ...other };
}

function found(gateways: readonly Gateway[], ...credentials: readonly Credential[]) {
  const namespaces = new Set(['istio-system']);
  return coverageFindings(clusterWith(gateways), { namespaces, credentials });
}

const web = secret('web', ['a.example.org']);
const front = istioGateway('front', [https(['a.example.org'], 'web')], { marks: {} });

describe('coverageFindings', () => {
  it('finds nothing where every host has its certificate, whoever made it', () => {
    assert.deepEqual(found([front], web), []);
    const wildcard = istioGateway('front', [https(['a.example.org', '*.example.org'], 'web')]);
    assert.deepEqual(found([wildcard], secret('web', ['*.example.org'])), []);
  });

  it('finds a host whose Secret is missing, is no certificate, or is not named', () => {
    const code = ['front: host-without-certificate'];
    assert.deepEqual(codesIn(found([front])), code);
    const { certificate: _, ...empty } = web;
    assert.deepEqual(codesIn(found([front], { ...empty, certificate: undefined })), code);
    const unnamed = istioGateway('front', [https(['a.example.org'], '', { secrets: [] })]);
    assert.deepEqual(codesIn(found([unnamed])), code);
  });

  it('finds a name that no Secret has, once for all of its hosts, whoever asks for what', () => {
    const servers = [https(['a.example.org'], 'Web'), https(['b.example.org'], 'Web')];
    const findings = found([{ ...front, servers }]);
    assert.deepEqual(codesIn(findings), ['front: secret-name-invalid']);
    assert.deepEqual(findings[0]?.hosts, ['a.example.org', 'b.example.org']);
  });

  it('says nothing of Secrets that it does not know', () => {
    const elsewhere = plainGateway('api', [https(['a.example.org'], 'web')]);
    assert.deepEqual(found([elsewhere]), []);
  });

  it('finds hosts that the certificate is not for', () => {
    const gateway = istioGateway('front', [https(['a.example.org', 'b.c.example.org'], 'web')]);
    const findings = found([gateway], secret('web', ['*.example.org']));
    assert.deepEqual(codesIn(findings), ['front: certificate-does-not-cover-host']);
    assert.deepEqual(findings[0]?.hosts, ['b.c.example.org']);
  });

  it('finds Secrets of ours that nobody names, and leaves those of others alone', () => {
    const ours = secret('old', ['old.example.org'], { isOurs: true });
    const findings = found([front], web, ours, secret('theirs', []));
    assert.deepEqual(codesIn(findings), ['old: secret-unused']);
  });

  it('finds the same host on the same port of two objects, and not on two gateways', () => {
    const second = istioGateway('second', [https(['a.example.org'], 'api')]);
    const api = secret('api', ['a.example.org']);
    assert.deepEqual(codesIn(found([front, second], web, api)), [
      'front: host-in-several-gateways',
    ]);
    const other = { ...second, selector: { istio: 'other' } };
    const workloads = ['ingressgateway', 'other'].map((istio) => ({
      namespace: 'istio-system',
      labels: { istio },
    }));
    const view = clusterWith([front, other], { workloads });
    const known = { namespaces: new Set(['istio-system']), credentials: [web, api] };
    assert.deepEqual(coverageFindings(view, known), []);
  });

  it('finds a host that another object’s wildcard stands for', () => {
    const wide = istioGateway('wide', [https(['*.example.org'], 'wide')]);
    const findings = found([front, wide], web, secret('wide', ['*.example.org']));
    assert.deepEqual(codesIn(findings), ['front: wildcard-overlap']);
    const one = istioGateway('one', [...front.servers, ...wide.servers]);
    assert.deepEqual(found([one], web, secret('wide', ['*.example.org'])), []);
  });

  it('finds one certificate in several objects, by the Secret or by what is in it', () => {
    const names = ['a.example.org', 'b.example.org'];
    const second = istioGateway('second', [https(['b.example.org'], 'web')]);
    const code = ['front: certificate-in-several-gateways'];
    assert.deepEqual(codesIn(found([front, second], secret('web', names))), code);
    const copy = istioGateway('second', [https(['b.example.org'], 'copy')]);
    const certificate = { names, fingerprint: 'same' };
    const both = ['web', 'copy'].map((name) => secret(name, names, { certificate }));
    assert.deepEqual(codesIn(found([front, copy], ...both)), code);
  });

  it('finds a host that asks for clients’ certificates on one port and for nothing on another', () => {
    const closed = https(['a.example.org'], 'web', { isMutual: true });
    const gateway = istioGateway('front', [closed, http(['shop/a.example.org'])]);
    assert.deepEqual(codesIn(found([gateway], web)), ['front: mutual-host-on-plain-http']);
    const redirected = istioGateway('front', [
      closed,
      { ...http(['a.example.org']), isPlainHttp: false },
    ]);
    assert.deepEqual(found([redirected], web), []);
    const any = istioGateway('any', [http(['*'])]);
    const split = found([istioGateway('front', [closed]), any], web);
    assert.deepEqual(codesIn(split), ['front: mutual-host-on-plain-http']);
    assert.deepEqual(split[0]?.others, [any.reference]);
  });

  it('finds who else owns a Secret, or is asked for one', () => {
    const owner = 'cert-manager (annotation cert-manager.io/certificate-name)';
    const findings = found([front], { ...web, owner });
    assert.deepEqual(codesIn(findings), ['front: owned-by-another']);
    assert.match(findings[0]?.detail ?? '', /belongs to cert-manager/);
    const asking = { ...front, otherIssuer: 'cert-manager' };
    assert.deepEqual(codesIn(found([asking], web)), ['front: owned-by-another']);
  });
});
