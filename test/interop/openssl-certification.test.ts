import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import {
  api,
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

describe('a request of ours', () => {
  const asked = {
    ...{ kind: 'intermediate', parent: null, pathLenConstraint: 0 },
    subject: { commonName: 'Platform Issuing', organization: 'Example' },
  };

  for (const [keyAlgorithm, rsaSignatureScheme] of [
    ['ecdsa-p384', undefined],
    ['rsa-2048', 'pss'],
    ['ed25519', undefined],
  ] as const) {
    it(`is signed by openssl x509 -req -copy_extensions: ${keyAlgorithm}`, async () => {
      const name = `copied-${keyAlgorithm}`;
      const scheme = rsaSignatureScheme ? { rsaSignatureScheme } : {};
      const request = { ...asked, ...scheme, name, keyAlgorithm };
      const { certificationRequest } = await brought('/v1/authorities', request);
      makeRoot('signer', ['-newkey', 'rsa:4096', '-noenc'], ...ROOT);
      write('our.csr', certificationRequest);
      write('aki.ext', 'authorityKeyIdentifier = keyid:always');
      const signer = [
        '-CA',
        'signer.pem',
        '-CAkey',
        'signer.key',
        '-CAcreateserial',
        ...FEWER_DAYS,
      ];
      const copied = ['-copy_extensions', 'copyall', '-extfile', 'aki.ext'];
      openssl('x509', '-req', '-in', 'our.csr', ...signer, ...copied, '-out', 'our.pem');
      const path = { certificate: read('signer.pem') + read('our.pem') };
      const authority = await brought(`/v1/authorities/${name}/certificate`, path);
      assert.deepEqual([authority.status, codesOf(authority)], ['active', []]);
      await verifyLeafOf(name, read('signer.pem'), '-x509_strict');
    });
  }

  it('is signed by openssl ca, which has its own mind about subjects', async () => {
    const request = { ...asked, name: 'by-ca', keyAlgorithm: 'ecdsa-p256' };
    const { certificationRequest } = await brought('/v1/authorities', request);
    makeRoot('office', ['-newkey', 'rsa:4096', '-noenc'], ...ROOT);
    write('our.csr', certificationRequest);
    write('index.txt', '');
    write('serial', '1000\n');
    write(
      'ca.cnf',
      [
        ...['[ca]', 'default_ca = office', '[office]', 'database = index.txt', 'serial = serial'],
        ...['new_certs_dir = .', 'certificate = office.pem', 'private_key = office.key'],
        ...[
          'default_md = sha384',
          'default_days = 3650',
          'policy = match',
          'x509_extensions = issuing',
        ],
        // The organization is written anew, in the string type that openssl prefers.
        ...['string_mask = MASK:0x2', 'preserve = no', '[match]', 'organizationName = match'],
        ...['commonName = supplied', '[issuing]', ...CA_EXTENSIONS],
      ].join('\n'),
    );
    openssl('ca', '-batch', '-config', 'ca.cnf', '-in', 'our.csr', '-notext', '-out', 'our.pem');
    const path = { certificate: read('our.pem') + read('office.pem') };
    const authority = await brought('/v1/authorities/by-ca/certificate', path);
    assert.equal(authority.status, 'active');
    await verifyLeafOf('by-ca', read('office.pem'), '-x509_strict');
  });

  it('that is signed without its extensions is refused, and says so', async () => {
    const request = { ...asked, name: 'bare', keyAlgorithm: 'ecdsa-p256' };
    const { certificationRequest } = await brought('/v1/authorities', request);
    makeRoot(
      'careless',
      ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'],
      ...ROOT,
    );
    write('our.csr', certificationRequest);
    const signer = [
      '-CA',
      'careless.pem',
      '-CAkey',
      'careless.key',
      '-CAcreateserial',
      ...FEWER_DAYS,
    ];
    openssl('x509', '-req', '-in', 'our.csr', ...signer, '-out', 'our.pem');
    const certificate = read('our.pem') + read('careless.pem');
    const reply = await api.post('/v1/authorities/bare/certificate', { certificate });
    assert.equal(reply.status, 422);
    assert.match(reply.text, /is no authority’s, and stands where an issuer’s does/);
  });
});
