import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, it } from 'node:test';
import { TargetBody, targetOf } from '../../api/schemas/target.ts';
import { startApi } from '../support/api.ts';
import { UNREACHABLE } from '../support/fake-destinations.ts';
import { placesIn, problemIn } from './certificates-on-the-wire.ts';
import {
  declared,
  directoryTarget,
  inFile,
  secretTarget,
  settled,
  type TargetJson,
} from './targets-on-the-wire.ts';

const { api, declareInCluster, newDirectory, declareInFile } = await startApi();
const targets = '/v1/rotation/targets';

await declareInFile(inFile(newDirectory()));

describe('PUT /v1/rotation/targets/{name}', () => {
  it('200: what is left out falls back, and what is written follows', async () => {
    const path = newDirectory();
    const target = directoryTarget(path, { name: 'changed', renewBefore: '7d' });
    const before = await declared(api, {
      ...target,
      destination: { ...target.destination, includeRoot: false },
    });
    const { name: _, renewBefore: __, ...rest } = { ...target, renewBefore: '' };
    const body = { ...rest, dnsNames: ['new.example.org'] };
    const reply = await api.put(`${targets}/changed`, body);
    const answered = reply.json<TargetJson & { renewBefore?: string }>();
    assert.deepEqual([answered.name, answered.renewBefore], ['changed', undefined]);
    assert.equal(answered.destination['includeRoot'], true);
    const { status } = await settled(api, 'changed');
    assert.notEqual(status.serialNumber, before.status.serialNumber);
    const leaf = new X509Certificate(readFileSync(join(path, 'current', 'tls.crt')));
    assert.equal(leaf.subjectAltName, 'DNS:new.example.org');
    const same = await api.put(`${targets}/changed`, { ...body, name: 'changed' });
    assert.equal(same.status, 200);
  });

  it('404: one that does not exist, and an authority that does not', async () => {
    const { name, ...body } = directoryTarget(newDirectory(), { name: 'put' });
    problemIn(await api.put(`${targets}/${name}`, body), 404, 'target-unknown');
    await declared(api, { ...body, name });
    const reply = await api.put(`${targets}/${name}`, { ...body, authority: 'nobody' });
    problemIn(reply, 404, 'authority-unknown');
  });

  it('409: one of the settings file, and a destination that another one has', async () => {
    const path = newDirectory();
    await declared(api, directoryTarget(path, { name: 'owner' }));
    await declared(api, directoryTarget(newDirectory(), { name: 'guest' }));
    const { name: _, ...body } = directoryTarget(path);
    problemIn(await api.put(`${targets}/from-file`, body), 409, 'target-declared-in-file');
    problemIn(await api.put(`${targets}/guest`, body), 409, 'name-taken');
  });

  it('422: another name than that of the path', async () => {
    const target = directoryTarget(newDirectory(), { name: 'named' });
    await declared(api, target);
    const reply = await api.put(`${targets}/named`, { ...target, name: 'renamed' });
    assert.deepEqual(placesIn(reply, 422, 'request-refused'), ['/name']);
  });
});

describe('DELETE /v1/rotation/targets/{name}', () => {
  it('204: the destination stays as it is', async () => {
    const path = newDirectory();
    await declared(api, directoryTarget(path, { name: 'gone' }));
    assert.equal((await api.delete(`${targets}/gone`)).status, 204);
    problemIn(await api.get(`${targets}/gone`), 404, 'target-unknown');
    assert.ok(existsSync(join(path, 'current', 'tls.crt')));
  });

  it('204: the destination is emptied where that is asked for', async () => {
    const path = newDirectory();
    await declared(api, directoryTarget(path, { name: 'gone' }));
    assert.equal((await api.delete(`${targets}/gone?destination=remove`)).status, 204);
    assert.deepEqual(readdirSync(path), []);
  });

  it('400: anything else to be done with the destination', async () => {
    const reply = await api.delete(`${targets}/from-file?destination=keep`);
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['destination']);
    assert.equal((await api.get(`${targets}/from-file`)).status, 200);
  });

  it('404: one that does not exist', async () => {
    problemIn(await api.delete(`${targets}/nobody`), 404, 'target-unknown');
  });

  it('409: one of the settings file', async () => {
    problemIn(await api.delete(`${targets}/from-file`), 409, 'target-declared-in-file');
  });

  it('409: one that an object of the cluster declares, whichever way it is changed', async () => {
    const apiVersion = 'networking.istio.io/v1';
    const gateway = { apiVersion, kind: 'Gateway', namespace: 'shop', name: 'ingress' } as const;
    const declaredBy = { objects: [gateway], removesSecret: false };
    const { name: _, ...body } = directoryTarget(newDirectory());
    await declareInCluster({
      ...targetOf(TargetBody.parse({ ...body, name: 'clustered' })),
      declaredBy,
    });
    const shown = (await api.get(`${targets}/clustered`)).json<{ declaredBy: unknown }>();
    assert.deepEqual(shown.declaredBy, declaredBy);
    const code = 'target-declared-in-cluster';
    problemIn(await api.put(`${targets}/clustered`, body), 409, code);
    problemIn(await api.delete(`${targets}/clustered`), 409, code);
  });

  it('503: a destination that cannot be removed keeps its target', async () => {
    await declared(api, secretTarget(UNREACHABLE, { name: 'stuck' }));
    const reply = await api.delete(`${targets}/stuck?destination=remove`);
    problemIn(reply, 503, 'target-unavailable');
    assert.equal((await api.get(`${targets}/stuck`)).status, 200);
  });
});
