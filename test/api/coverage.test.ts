import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { startApi } from '../support/api.ts';
import { problemIn } from './certificates-on-the-wire.ts';

describe('GET /v1/rotation/coverage', async () => {
  const { api, coverage } = await startApi();
  const gateway = {
    apiVersion: 'networking.istio.io/v1',
    kind: 'Gateway',
    namespace: 'shop',
    name: 'ingress',
  } as const;

  it('200: nothing where nothing is watched', async () => {
    const body = (await api.get('/v1/rotation/coverage')).json();
    assert.deepEqual(body, { items: [], nextCursor: null, sources: [] });
  });

  it('200: each finding with its object, its hosts, words and whose rule it is', async () => {
    const source = {
      resource: 'gateways.networking.istio.io',
      namespace: 'shop',
      state: 'watched',
    } as const;
    const detail = 'host "a.example.org" is served with TLS and names no Secret';
    const finding = {
      code: 'host-without-certificate',
      object: gateway,
      hosts: ['a.example.org'],
      detail,
    } as const;
    coverage.report = { findings: [finding], sources: [source] };
    const { items, sources } = (await api.get('/v1/rotation/coverage')).json<{
      items: readonly { source: string }[];
      sources: unknown;
    }>();
    const [item] = items;
    assert.match(item?.source ?? '', /istio/);
    assert.deepEqual(items, [{ ...finding, others: [], source: item?.source }]);
    assert.deepEqual(sources, [source]);
  });

  it('400: a parameter that is not known', async () => {
    const reply = await api.get('/v1/rotation/coverage?namespace=shop');
    problemIn(reply, 400, 'request-malformed');
  });
});
