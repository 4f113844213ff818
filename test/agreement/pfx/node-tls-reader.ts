import type { X509Certificate } from 'node:crypto';
import { once } from 'node:events';
import type { AddressInfo } from 'node:net';
import tls from 'node:tls';
import { subjectPublicKeyInfoOf } from '../../../src/x509/key.ts';
import type { Account } from '../readers/reader.ts';
import { type LockedPfx, type PfxFacts, type PfxReader, sha256Of } from './pfx-facts.ts';

/** Node opens a PFX for a server only, which then shows what it has, and signs with the key. */
export const nodeTls: PfxReader = {
  name: 'a server of Node’s',
  read: async (files) => {
    const accounts: Account<PfxFacts>[] = [];
    for (const file of files) accounts.push(await servedAccount(file));
    return accounts;
  },
  silentOn: {
    keyAlgorithm: 'a client sees the certificate’s alone',
    friendlyName: 'a client sees no labels',
  },
};

async function servedAccount({ pfx, password }: LockedPfx): Promise<Account<PfxFacts>> {
  const options = { pfx: Buffer.from(pfx), passphrase: password };
  const server = tls.createServer(options).listen(0, '127.0.0.1');
  try {
    await once(server, 'listening');
    const { port } = server.address() as AddressInfo;
    return await accountOfPeer(tls.connect({ port, rejectUnauthorized: false }));
  } finally {
    server.close();
  }
}

async function accountOfPeer(socket: tls.TLSSocket): Promise<Account<PfxFacts>> {
  try {
    await once(socket, 'secureConnect');
    const path: X509Certificate[] = [];
    let here = socket.getPeerX509Certificate();
    for (; here; here = here.issuerCertificate) path.push(here);
    const [leaf] = path;
    const publicKey = leaf ? sha256Of(subjectPublicKeyInfoOf(leaf.publicKey)) : '';
    return { publicKey, certificates: path.map(({ raw }) => sha256Of(raw)) };
  } finally {
    socket.destroy();
  }
}
