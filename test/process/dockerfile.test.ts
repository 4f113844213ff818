import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { existsSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { request } from 'node:https';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { json } from 'node:stream/consumers';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { type Image, layOutImage } from '../support/dockerfile.ts';
import {
  ANY_PORTS,
  NODE,
  type RunningCertwright,
  startCertwright,
} from '../support/running-certwright.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

interface LockFile {
  readonly packages: Readonly<Record<string, { readonly dev?: boolean }>>;
}

/**
 * No image is built: that takes a container engine and a base image, which these tests do without.
 * What deploy/Dockerfile says is done in an empty folder instead: its COPY lines, as far as
 * .dockerignore lets them, its RUN lines, and its CMD with its ENV.
 */
describe('what deploy/Dockerfile says', () => {
  const folder = mkdtempSync(join(tmpdir(), 'certwright-image-'));
  let image: Image;
  let service: RunningCertwright | undefined;

  before(() => {
    image = layOutImage(PROJECT, 'deploy/Dockerfile', folder);
  });

  after(async () => {
    await service?.stop();
    rmSync(folder, { recursive: true });
  });

  it('installs no dev dependency', () => {
    const { packages } = JSON.parse(
      readFileSync(join(PROJECT, 'package-lock.json'), 'utf8'),
    ) as LockFile;
    const dev = Object.keys(packages).filter((path) => packages[path]?.dev);
    assert.ok(dev.length > 0);
    assert.deepEqual(
      dev.filter((path) => existsSync(join(image.workingFolder, path))),
      [],
    );
  });

  it('leaves tests, documents and data out', () => {
    for (const name of ['test', 'docs', 'data', 'deploy', '.git']) {
      assert.equal(existsSync(join(image.workingFolder, name)), false, name);
    }
  });

  it('runs Node itself, as a user by number that is not root', () => {
    assert.equal(image.command[0], 'node');
    assert.match(image.user, /^[1-9]\d+:[1-9]\d+$/);
  });

  /** What `kubectl exec deployment/certwright -- node api/commands/rotation.ts status` prints. */
  function targetsAsSeenInside(): string {
    const { PKI_DATA_DIR = '' } = image.environment;
    return execFileSync(NODE, ['api/commands/rotation.ts', 'status'], {
      cwd: image.workingFolder,
      encoding: 'utf8',
      env: {
        ...image.environment,
        PKI_DATA_DIR: join(image.root, PKI_DATA_DIR),
        PKI_MANAGEMENT_LISTEN: new URL(service?.management ?? '').host,
      },
    });
  }

  it('becomes ready, issues, lists its targets, writes outside the data folder nothing, and ends with status 0', async () => {
    const { PKI_DATA_DIR = '' } = image.environment;
    const dataFolder = join(image.root, PKI_DATA_DIR);
    const laidOut = readdirSync(image.workingFolder);
    const [, ...args] = image.command;
    service = await startCertwright({
      command: [NODE, ...args],
      workingFolder: image.workingFolder,
      environment: { ...image.environment, ...ANY_PORTS, PKI_DATA_DIR: dataFolder },
    });
    const certificate = await issue(service.management, dataFolder);
    assert.match(certificate.certificate, /^-----BEGIN CERTIFICATE-----/);
    assert.equal(targetsAsSeenInside(), 'There are no such targets.\n');
    assert.deepEqual(readdirSync(image.workingFolder), laidOut);
    assert.equal(await service.stop(), 0);
  });
});

function issue(management: string, dataFolder: string): Promise<{ readonly certificate: string }> {
  const { promise, resolve, reject } = Promise.withResolvers<{ certificate: string }>();
  const token = readFileSync(join(dataFolder, 'admin-token'), 'utf8').trim();
  const call = request(`${management}/v1/certificates`, {
    method: 'POST',
    ca: readFileSync(join(dataFolder, 'root.pem')),
    headers: { authorization: `Bearer ${token}`, 'content-type': 'application/json' },
  });
  call.once('error', reject);
  call.once('response', (answer) => {
    assert.equal(answer.statusCode, 201);
    json(answer).then((body) => resolve(body as { certificate: string }), reject);
  });
  call.end(
    JSON.stringify({ authority: 'issuing', profile: 'server', dnsNames: ['app.example.org'] }),
  );
  return promise;
}
