import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type fc from 'fast-check';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import { NARROW } from '../../support/narrow-profile.ts';
import { directoryTarget, settled } from '../targets-on-the-wire.ts';
import {
  api,
  declareProfiles,
  judge,
  newDirectory,
  passOver,
  type Way,
  WIDE,
  way,
} from './issuing-world.ts';
import { anyRequest, laxRequest } from './leaf-ways.ts';

const TARGETS = '/v1/rotation/targets';
let count = 0;

/** Where one target stands, and where it writes to. */
interface Place {
  readonly name: string;
  readonly path: string;
  readonly url: string;
}

/** A target as somebody hostile declares it, and the place that is its own. */
type Attempt = (target: Declared, place: Place) => Promise<unknown>;
type Declared = ReturnType<typeof hostileTarget>;

function hostileTarget({ path, name }: Place, wanted: Partial<LeafRequest>) {
  const { authority = 'issuing', profile = 'server', ...members } = wanted;
  const target = directoryTarget(path, { name, validity: '30d', dnsNames: [], ...members });
  return { ...target, authority, profile };
}

/** Whether a declaration was taken; one that could never be kept is refused at once. */
async function isTaken(method: 'POST' | 'PUT', url: string, body: object): Promise<boolean> {
  const { status, text } = await api.call(method, url, { body });
  assert.ok([200, 201, 400, 422].includes(status), text);
  return status < 400;
}

/** What a consumer reads in the destination, its chain left out. */
function writtenTo({ path }: Place): string | undefined {
  const file = join(path, 'current', 'tls.crt');
  return existsSync(file) ? new X509Certificate(readFileSync(file)).toString() : undefined;
}

/** What `attempt` newly writes is what has departed. */
function targets(
  before: Attempt,
  attempt: Attempt,
  request: fc.Arbitrary<Partial<LeafRequest>> = anyRequest,
): Way {
  return way(
    request,
    async (wanted) => {
      count += 1;
      const name = `hostile-${count}`;
      const place = { name, path: newDirectory(), url: `${TARGETS}/${name}` };
      const target = hostileTarget(place, wanted);
      await before(target, place);
      const first = writtenTo(place);
      await attempt(target, place);
      const last = writtenTo(place);
      await api.delete(place.url);
      const { authority, profile } = target;
      return last === undefined || last === first
        ? []
        : [{ certificate: last, authority, profile }];
    },
    40,
  );
}

const nothing: Attempt = async () => undefined;

async function declares(target: Declared, { name }: Place): Promise<void> {
  if (await isTaken('POST', TARGETS, target)) await settled(api, name);
}

async function declaresHonestly(_: Declared, place: Place): Promise<void> {
  await declares(hostileTarget(place, { dnsNames: ['a.example.org'] }), place);
  const certificate = writtenTo(place) ?? assert.fail('an honest target was not kept');
  await judge({ certificate, authority: 'issuing', profile: 'server' });
}

async function replaces(target: Declared, { name, url }: Place): Promise<void> {
  if (await isTaken('PUT', url, target)) await settled(api, name);
}

/** Taken, and written, while the profile allowed more. */
async function declaredYesterday(target: Declared, place: Place): Promise<void> {
  declareProfiles(WIDE);
  await declares(target, place);
  declareProfiles(NARROW);
  const certificate = writtenTo(place);
  if (certificate === undefined) return;
  passOver({ serialNumber: new X509Certificate(certificate).serialNumber.toLowerCase() });
}

async function isRotated(_: Declared, { url }: Place): Promise<void> {
  const { status, text } = await api.post(`${url}/rotate`);
  assert.ok([200, 404].includes(status), text);
}

/** What is missing is due. */
async function isRunOver(_: Declared, { path }: Place): Promise<void> {
  rmSync(join(path, 'current'), { force: true });
  const { status, text } = await api.post('/v1/rotation/run', { force: true });
  assert.equal(status, 200, text);
}

/** POST /v1/rotation/targets. */
export const creations = { 'by a new target': targets(nothing, declares) };

/** PUT /v1/rotation/targets/{name}. */
export const replacements = {
  'by a target’s new declaration': targets(declaresHonestly, replaces),
};

/** POST /v1/rotation/targets/{name}/rotate, under the policy of today. */
export const rotations = { 'of one target': targets(declaredYesterday, isRotated, laxRequest) };

/** POST /v1/rotation/run, likewise. */
export const runs = { 'of all targets': targets(declaredYesterday, isRunOver, laxRequest) };
