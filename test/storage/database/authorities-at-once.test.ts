import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { after, describe, it } from 'node:test';
import { certifyAuthority } from '../../../src/authority/certify-authority.ts';
import { type ImportRequest, importAuthority } from '../../../src/authority/import-authority.ts';
import { Issuers } from '../../../src/authority/issuers.ts';
import { requestCertificate } from '../../../src/authority/request-certificate.ts';
import { Profiles } from '../../../src/issuance/profiles.ts';
import { newKeyPair } from '../../../src/x509/key.ts';
import { encodePem } from '../../../src/x509/pem.ts';
import type { Database } from '../../../storage/database/database.ts';
import { openDatabase } from '../../../storage/database/open-database.ts';
import { AesGcmWrapping } from '../../../storage/keys/aes-gcm-wrapping.ts';
import { NOW, refusalOf } from '../../support/issuance.ts';
import {
  certified,
  type OutsideAuthority,
  outsideAuthority,
} from '../../support/outside-authority.ts';
import { repositories } from '../../support/repositories.ts';
import { unlockAtOnce } from '../../support/unlock.ts';
import { newDatabaseFile } from './databases.ts';

const ACTOR = { name: 'admin', requestId: 'r-1' };
const wrapping = new AesGcmWrapping(randomBytes(32), randomBytes);
const NAMES = ['a', 'b', 'c', 'd'];

/** What each of several processes with one database takes authorities in by; all of them have looked before one writes. */
async function processes(count: number) {
  const path = newDatabaseFile();
  const { promise: allHaveLooked, resolve } = Promise.withResolvers<void>();
  let looks = 0;
  const opened: Database[] = [];
  for (let index = 0; index < count; index += 1) opened.push(await openDatabase(path));
  after(() => Promise.all(opened.map((db) => db.destroy())));
  return opened.map((db) => {
    const { authorities, authorityRecords, certificates } = repositories(db, () => NOW);
    const { find: findAuthority } = authorities;
    const issuers = new Issuers({ findAuthority, wrapping });
    const listAuthorities = async () => {
      const listed = await authorities.list();
      looks += 1;
      if (looks === count) resolve();
      await allHaveLooked;
      return listed;
    };
    return {
      ...{ now: () => NOW, wrapping, newKeyPair, findAuthority, listAuthorities },
      ...{ pathOf: (name: string) => issuers.pathOf(name), findCertificates: certificates.find },
      unlock: unlockAtOnce,
      recordIntake: authorityRecords.recordIntake,
      recordPending: authorityRecords.recordPending,
    };
  });
}

/** The outcome of each import, sorted, and the names of all authorities after them. */
async function importedAtOnce(requests: readonly ImportRequest[]) {
  const all = await processes(requests.length);
  const outcomes = await Promise.all(
    requests.map((request, index) => {
      const deps = all[index];
      assert.ok(deps);
      return refusalOf(importAuthority(deps, request, ACTOR));
    }),
  );
  const authorities = (await all[0]?.listAuthorities()) ?? [];
  return {
    outcomes: outcomes.map((outcome) => outcome.join(' ')).toSorted(),
    authorities: authorities.map(({ name, parent }) => [name, parent]),
  };
}

const keyOf = (own: OutsideAuthority, ...above: readonly OutsideAuthority[]) => ({
  certificate: [own, ...above].map(({ pem }) => pem).join(''),
  privateKey: own.keyPem,
});
const LOSERS = ['name-taken /name', 'name-taken /name', 'name-taken /name'];

describe('authorities that come into several processes at once', () => {
  const root = outsideAuthority({ subject: 'New Root' });
  const below = NAMES.map((name) => outsideAuthority({ subject: name, issuer: root }));

  it('are one for one certificate, whatever it is called', async () => {
    const requests = NAMES.map((name) => ({ name, ...keyOf(root) }));
    const { outcomes, authorities } = await importedAtOnce(requests);
    assert.deepEqual(outcomes, ['granted', ...LOSERS]);
    assert.equal(authorities.length, 1);
  });

  it('are one for one name, with one certificate or several', async () => {
    const others = NAMES.map((subject) => outsideAuthority({ subject }));
    for (const keys of [NAMES.map(() => root), others]) {
      const requests = keys.map((own) => ({ name: 'same', ...keyOf(own) }));
      const { outcomes, authorities } = await importedAtOnce(requests);
      assert.deepEqual(outcomes, ['granted', ...LOSERS]);
      assert.deepEqual(authorities, [['same', null]]);
    }
  });

  it('have one root above them, whatever name each has for it', async () => {
    for (const namesAbove of [() => undefined, (name: string) => [`root-of-${name}`]]) {
      const requests = below.map((own, index) => {
        const name = NAMES[index] ?? '';
        return { name, ...keyOf(own, root), namesAbove: namesAbove(name) };
      });
      const { outcomes, authorities } = await importedAtOnce(requests);
      assert.deepEqual(outcomes, ['granted', 'granted', 'granted', 'granted']);
      const roots = authorities.filter(([, parent]) => parent === null);
      assert.equal(roots.length, 1);
      assert.equal(authorities.length, 5);
    }
  });

  it('are refused where their issuer has numbered two of them alike', async () => {
    const twins = NAMES.map((subject) =>
      outsideAuthority({ subject, issuer: root, serialNumber: '2a' }),
    );
    const requests = twins.map((own, index) => ({ name: NAMES[index] ?? '', ...keyOf(own, root) }));
    const { outcomes } = await importedAtOnce(requests);
    const refused = 'chain-invalid /certificate';
    assert.deepEqual(outcomes, [refused, refused, refused, 'granted']);
  });
});

describe('a certificate that comes into several processes at once', () => {
  it('is that of the pending authority in all of them', async () => {
    const all = await processes(NAMES.length);
    const [first] = all;
    assert.ok(first);
    const subject = { commonName: 'Pending' };
    const terms = { kind: 'intermediate', parent: null, keyAlgorithm: 'ecdsa-p256' } as const;
    const asked = { name: 'pending', subject, ...terms };
    const { profileOf } = new Profiles();
    const { certificationRequest } = await requestCertificate(
      { ...first, profileOf, randomBytes },
      asked,
      ACTOR,
    );
    const root = outsideAuthority({ subject: 'Root' });
    const request = encodePem('CERTIFICATE REQUEST', certificationRequest);
    const certificate = certified(request, root).pem + root.pem;
    const order = { name: 'pending', certification: { certificate } };
    const made = await Promise.all(all.map((deps) => certifyAuthority(deps, order, ACTOR)));
    assert.deepEqual(
      made.map(({ parent }) => parent),
      NAMES.map(() => 'root'),
    );
  });
});
