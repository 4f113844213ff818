import assert from 'node:assert/strict';
import { execFileSync } from 'node:child_process';
import { X509Certificate } from 'node:crypto';
import { mkdirSync, readFileSync, renameSync, rmSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, it } from 'node:test';
import { Certwright } from './rig/certwright.ts';
import { startService } from './rig/service.ts';
import { newWorld } from './rig/world.ts';

/** Room for a few revisions. */
const SIZE = '256k';

describe('A directory that is kept fresh', () => {
  const world = newWorld();
  let certwright: Certwright;

  before(async () => {
    const schedule = '* * * * * *';
    certwright = new Certwright(await startService(world, { schedule }));
  });

  /** A target on a small file system of its own. */
  async function mounted(name: string): Promise<string> {
    const path = join(world.folder, name);
    mkdirSync(path);
    execFileSync('mount', ['-t', 'tmpfs', '-o', `size=${SIZE}`, 'tmpfs', path]);
    world.defer(async () => execFileSync('umount', ['--lazy', path]));
    await declared(name, path);
    return path;
  }

  /** A target on a disk that can be made to hang, as it can not in the memory. */
  async function onDisk(name: string): Promise<string> {
    const path = join(world.folder, name);
    const image = `${path}.img`;
    mkdirSync(path);
    writeFileSync(image, '');
    truncateSync(image, 16 * 1024 * 1024);
    execFileSync('mkfs.ext4', ['-q', image]);
    execFileSync('mount', ['-o', 'loop', image, path]);
    world.defer(async () => execFileSync('umount', ['--lazy', path]));
    await declared(name, path);
    return path;
  }

  function targetAt(name: string, path: string) {
    return {
      name,
      authority: 'issuing',
      profile: 'server',
      dnsNames: [`${name}.example.org`],
      validity: '30d',
      destination: { type: 'directory', path },
    };
  }

  async function declared(name: string, path: string): Promise<void> {
    await certwright.declareTarget(targetAt(name, path));
    await certwright.untilState(name, 'current');
  }

  function servedFrom(path: string): string {
    const file = readFileSync(join(path, 'current', 'tls.crt'));
    return new X509Certificate(file).serialNumber.toLowerCase();
  }

  /** Fails as long as the fault lasts, leaves what is there, and is completed with the certificate that was issued for it. */
  async function assertMended(name: string, path: string, words: RegExp, mend: () => void) {
    const old = servedFrom(path);
    const { outcome } = await certwright.rotate(name);
    assert.equal(outcome, 'failed');
    assert.match((await certwright.targetStatus(name)).lastError ?? '', words);
    assert.equal(servedFrom(path), old);
    mend();
    const isNew = ({ serialNumber }: { serialNumber: string | null }) => serialNumber !== old;
    const { serialNumber } = await certwright.untilState(
      name,
      'current',
      { withinMs: 30_000 },
      isNew,
    );
    assert.equal(servedFrom(path), serialNumber);
    assert.equal(await issuedFor(name), 2);
  }

  async function issuedFor(name: string): Promise<number> {
    const list = `/v1/certificates?dnsName=${name}.example.org`;
    const { body } = await certwright.service.call<{ items: unknown[] }>('GET', list);
    return body.items.length;
  }

  it('that is full keeps what it has, and is supplied once there is room', async () => {
    const path = await mounted('full');
    const filler = join(path, 'filler');
    assert.throws(() => writeFileSync(filler, Buffer.alloc(1024 * 1024)), /ENOSPC/);
    await assertMended('full', path, /no space is left/, () => rmSync(filler));
  });

  it('that cannot be written keeps what it has, has nothing issued for it, and is supplied once it can', async () => {
    const path = await mounted('read-only');
    const remount = (mode: string) => execFileSync('mount', ['-o', `remount,${mode}`, path]);
    remount('ro');
    const old = servedFrom(path);
    assert.equal((await certwright.rotate('read-only')).outcome, 'failed');
    assert.equal(servedFrom(path), old);
    assert.equal(await issuedFor('read-only'), 1);
    remount('rw');
    const { outcome, serialNumber } = await certwright.rotate('read-only');
    assert.equal(outcome, 'rotated');
    assert.equal(servedFrom(path), serialNumber);
  });

  it('that hangs fails by name, holds up nobody else, and is supplied once it answers', async () => {
    const path = await onDisk('hanging');
    const elsewhere = join(world.folder, 'elsewhere');
    mkdirSync(elsewhere);
    await declared('elsewhere', elsewhere);
    const old = servedFrom(path);
    const freeze = (way: 'freeze' | 'unfreeze') => execFileSync('fsfreeze', [`--${way}`, path]);
    freeze('freeze');
    try {
      const failing = certwright.rotate('hanging');
      assert.equal((await certwright.rotate('elsewhere')).outcome, 'rotated');
      assert.equal((await failing).outcome, 'failed');
      const { lastError } = await certwright.targetStatus('hanging');
      assert.match(lastError ?? '', /"\S+hanging" does not answer/);
      assert.equal(servedFrom(path), old);
      // What is merely due elsewhere is the schedule's affair, which must not wait for what hangs.
      const soon = { validity: '1h', renewBefore: '3595s', jitter: '0s' };
      await certwright.replaceTarget('elsewhere', { ...targetAt('elsewhere', elsewhere), ...soon });
      const { serialNumber: before } = await certwright.rotate('elsewhere');
      await certwright.untilState('elsewhere', 'current', { withinMs: 30_000 }, (status) => {
        return status.serialNumber !== before;
      });
    } finally {
      freeze('unfreeze');
    }
    await certwright.untilState('hanging', 'current', { withinMs: 60_000 });
    assert.notEqual(servedFrom(path), old);
    assert.equal(await issuedFor('hanging'), 2, 'what was issued for it is what it is given');
  });

  it('whose link was replaced by a folder is somebody else’s, until that is gone', async () => {
    const path = join(world.folder, 'no-link');
    mkdirSync(path);
    await declared('no-link', path);
    const old = servedFrom(path);
    const current = join(path, 'current');
    rmSync(current);
    mkdirSync(current);
    const { lastError } = await certwright.untilState('no-link', 'conflict');
    assert.match(lastError ?? '', /"current" is no link of Certwright/);
    rmSync(current, { recursive: true });
    await certwright.untilState('no-link', 'current', { withinMs: 30_000 });
    assert.equal(servedFrom(path), old, 'the same certificate is put back');
  });

  it('that is removed fails by name, and is supplied with the same certificate when it is back', async () => {
    const path = join(world.folder, 'removed');
    mkdirSync(path);
    await declared('removed', path);
    const old = servedFrom(path);
    renameSync(path, `${path}-away`);
    const { lastError } = await certwright.untilState('removed', 'failing');
    assert.match(lastError ?? '', /must exist/);
    mkdirSync(path);
    await certwright.untilState('removed', 'current', { withinMs: 30_000 });
    assert.equal(servedFrom(path), old);
  });
});
