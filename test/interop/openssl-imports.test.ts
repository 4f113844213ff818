import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import {
  at,
  brought,
  CA_EXTENSIONS,
  codesOf,
  FEWER_DAYS,
  makeRoot,
  openssl,
  ROOT,
  read,
  verifyLeafOf,
  write,
} from './openssl-authorities.ts';

describe('an authority that openssl has made', () => {
  it('moves in as PFX: an EC intermediate below an RSA-4096 root, in both encryptions of openssl', async () => {
    makeRoot('corp', ['-newkey', 'rsa:4096', '-noenc'], ...ROOT);
    write('team.ext', CA_EXTENSIONS.join('\n'));
    for (const [name, encryption] of [
      ['team-modern', []],
      ['team-legacy', ['-legacy']],
    ] as const) {
      const ec = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-noenc'];
      openssl(
        'req',
        '-new',
        ...ec,
        '-subj',
        `/CN=${name}`,
        '-keyout',
        'team.key',
        '-out',
        'team.csr',
      );
      const signer = ['-CA', 'corp.pem', '-CAkey', 'corp.key', '-CAcreateserial', '-sha384'];
      openssl(
        'x509',
        '-req',
        '-in',
        'team.csr',
        ...signer,
        ...FEWER_DAYS,
        '-extfile',
        'team.ext',
        '-out',
        'team.pem',
      );
      const content = ['-inkey', 'team.key', '-in', 'team.pem', '-certfile', 'corp.pem'];
      const lock = ['-passout', 'pass:Springfield 42', ...encryption];
      openssl('pkcs12', '-export', ...content, ...lock, '-out', 'team.pfx');
      const pfx = readFileSync(at('team.pfx')).toString('base64');
      const body = { name, pfx, password: 'Springfield 42' };
      const authority = await brought('/v1/authorities/import', body);
      assert.deepEqual([authority.parent, codesOf(authority)], ['corp', []]);
      await verifyLeafOf(name, read('corp.pem'), '-x509_strict');
    }
  });

  it('moves in as PEM, its key locked in PKCS #8 or in the older way', async () => {
    for (const [name, traditional] of [
      ['locked', []],
      ['locked-long-ago', ['-traditional']],
    ] as const) {
      makeRoot(name, ['-newkey', 'rsa:2048', '-noenc'], ...ROOT);
      const lock = ['-aes256', '-passout', 'pass:secret', ...traditional];
      openssl('rsa', '-in', `${name}.key`, ...lock, '-out', 'locked.key');
      const files = { certificate: read(`${name}.pem`), privateKey: read('locked.key') };
      const body = { name, ...files, password: 'secret', rsaSignatureScheme: 'pss' };
      assert.deepEqual(codesOf(await brought('/v1/authorities/import', body)), []);
      const below = {
        ...{ name: `${name}-below`, kind: 'intermediate', parent: name, validity: '1y' },
        ...{ subject: { commonName: 'Below' }, keyAlgorithm: 'ecdsa-p256' },
      };
      await brought('/v1/authorities', below);
      await verifyLeafOf(`${name}-below`, read(`${name}.pem`), '-x509_strict');
    }
  });

  it('moves in as openssl’s default settings make it, with a warning that strict verifiers refuse it', async () => {
    const settings = write(
      'plain.cnf',
      '[req]\ndistinguished_name = dn\nx509_extensions = ca\n[dn]\n[ca]\nbasicConstraints = CA:true\n',
    );
    makeRoot('plain', ['-newkey', 'rsa:2048', '-noenc'], '-config', settings);
    const body = { name: 'plain', certificate: read('plain.pem'), privateKey: read('plain.key') };
    const authority = await brought('/v1/authorities/import', body);
    assert.ok(codesOf(authority).includes('authority-key-usage'));
    const below = {
      ...{ name: 'plain-below', kind: 'intermediate', parent: 'plain', validity: '1y' },
      ...{ subject: { commonName: 'Below' }, keyAlgorithm: 'ecdsa-p256' },
    };
    await brought('/v1/authorities', below);
    await verifyLeafOf('plain-below', read('plain.pem'));
    const strict = verifyLeafOf('plain-below', read('plain.pem'), '-x509_strict');
    await assert.rejects(strict, /key usage|Basic constraints|Subject Key Identifier/i);
  });
});
