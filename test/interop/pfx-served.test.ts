import assert from 'node:assert/strict';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import { describe, it } from 'node:test';
import tls from 'node:tls';
import { encodePfx } from '../../src/x509/pfx.ts';
import { PFX_ENCRYPTIONS, type PfxEncryption } from '../../src/x509/pfx-encryption.ts';
import { ecKeys, rsaKeys, testChain } from '../support/chains.ts';

/** The subjects that a server shows which has nothing but a PFX, as a client sees them that trusts `root`. */
async function servedPath(chain: ReturnType<typeof testChain>, encryption: PfxEncryption) {
  const { root, intermediate, leaf } = chain;
  const certificates = [leaf.der, intermediate.der, root.der];
  const common = { password: 'Abc123def456', encryption, randomBytes };
  const pfx = await encodePfx({ ...common, privateKey: leaf.keys.privateKey, certificates });
  const server = tls.createServer({ pfx, passphrase: common.password }).listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  const socket = tls.connect({ port, ca: root.pem, servername: leaf.commonName });
  await once(socket, 'secureConnect');
  assert.equal(socket.authorized, true);
  const subjects: unknown[] = [];
  let certificate = socket.getPeerX509Certificate();
  for (; certificate; certificate = certificate.issuerCertificate)
    subjects.push(certificate.subject);
  socket.destroy();
  server.close();
  return subjects;
}

describe('a server that has nothing but the PFX', () => {
  for (const encryption of PFX_ENCRYPTIONS) {
    it(`serves the path of a ${encryption} one`, async () => {
      assert.deepEqual(await servedPath(testChain('served', rsaKeys), encryption), [
        'CN=served.example.org',
        'CN=served intermediate',
        'CN=served root',
      ]);
      assert.equal((await servedPath(testChain('served', ecKeys), encryption)).length, 3);
    });
  }
});
