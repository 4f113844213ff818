import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { objectPath } from '../../../storage/kubernetes/object-path.ts';

describe('objectPath', () => {
  it('leads to one object, to those of a namespace, and to those of all', () => {
    const secrets = { resource: 'secrets' };
    const inNamespace = { ...secrets, namespace: 'a' };
    assert.equal(objectPath({ ...inNamespace, name: 'b' }), '/api/v1/namespaces/a/secrets/b');
    assert.equal(objectPath(inNamespace), '/api/v1/namespaces/a/secrets');
    assert.equal(objectPath(secrets), '/api/v1/secrets');
    const leases = { apiVersion: 'coordination.k8s.io/v1', namespace: 'a', resource: 'leases' };
    assert.equal(objectPath(leases), '/apis/coordination.k8s.io/v1/namespaces/a/leases');
  });

  it('keeps names and queries from leading elsewhere', () => {
    const path = objectPath({ namespace: '../x', resource: 'secrets', name: 'a?b' }, { c: 'd&e' });
    assert.equal(path, '/api/v1/namespaces/..%2Fx/secrets/a%3Fb?c=d%26e');
  });
});
