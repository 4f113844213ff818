import assert from 'node:assert/strict';
import { execFileSync, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Readable } from 'node:stream';
import { after, before, describe, it } from 'node:test';
import { ProfileBody } from '../../api/schemas/profile.ts';
import type { AuthorityRequest } from '../../src/authority/create-authority.ts';
import type { KeyAlgorithm } from '../../src/certificate.ts';
import { newKeyPair } from '../../src/x509/key.ts';
import { certificatePem, IssuanceWorld } from '../support/issuance.ts';

const folder = mkdtempSync(join(tmpdir(), 'certwright-openssl-'));
after(() => rmSync(folder, { recursive: true }));

/** RSA keys take long to make: one of each size serves all tests. */
const rsaKeys = new Map<KeyAlgorithm, ReturnType<typeof newKeyPair>>();
function keyPair(algorithm: KeyAlgorithm): ReturnType<typeof newKeyPair> {
  if (!algorithm.startsWith('rsa')) return newKeyPair(algorithm);
  const made = rsaKeys.get(algorithm) ?? newKeyPair(algorithm);
  rsaKeys.set(algorithm, made);
  return made;
}

const ISSUERS: Readonly<Record<string, Pick<AuthorityRequest, 'rsaSignatureScheme'>>> = {
  'ecdsa-p256': {},
  'ecdsa-p384': {},
  'ecdsa-p521': {},
  'rsa-2048': {},
  'rsa-2048 with PSS': { rsaSignatureScheme: 'pss' },
  'rsa-3072': {},
  'rsa-4096 with PSS': { rsaSignatureScheme: 'pss' },
  ed25519: {},
};
/** The name of an authority of each. */
const slugOf = (issuer: string) => issuer.toLowerCase().replaceAll(' ', '-');
const stamper = ProfileBody.parse({ name: 'stamper', extKeyUsage: ['timeStamping'] });
const world = new IssuanceWorld({ newKeyPair: keyPair }, [stamper]);
/** openssl judges by its own clock. */
world.now = new Date();

function write(name: string, text: string): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  return path;
}

function pemOf(authority: string): string {
  return certificatePem(world.authorities.get(authority)?.certificate ?? assert.fail());
}

/** Fails with what openssl says where the certificate does not verify. */
function verify(pem: string, issuer: string, ...args: readonly string[]): void {
  const [root, issuing] = [`root-${slugOf(issuer)}`, `issuing-${slugOf(issuer)}`].map((name) =>
    write(`${name}.pem`, pemOf(name)),
  );
  assert.ok(root !== undefined && issuing !== undefined);
  const path = ['-x509_strict', '-check_ss_sig', '-CAfile', root, '-untrusted', issuing];
  execFileSync('openssl', ['verify', ...path, ...args], {
    input: pem,
    stdio: ['pipe', 'pipe', 'pipe'],
  });
}

before(async () => {
  for (const [issuer, { rsaSignatureScheme }] of Object.entries(ISSUERS)) {
    const keyAlgorithm = issuer.split(' ')[0] as KeyAlgorithm;
    const root = `root-${slugOf(issuer)}`;
    await world.createRoot({ name: root, keyAlgorithm, rsaSignatureScheme });
    await world.createIntermediate({
      name: `issuing-${slugOf(issuer)}`,
      parent: root,
      pathLenConstraint: 0,
      keyAlgorithm,
      rsaSignatureScheme,
    });
  }
});

describe('openssl verify -x509_strict', () => {
  const sslServer = ['-purpose', 'sslserver'];
  const sslClient = ['-purpose', 'sslclient'];
  for (const [what, request, checks] of [
    [
      'a server by its DNS name',
      { dnsNames: ['a.example', '*.b.example'] },
      [
        [...sslServer, '-verify_hostname', 'a.example'],
        [...sslServer, '-verify_hostname', 'x.b.example'],
      ],
    ],
    [
      'a server by its address, without a subject',
      { ipAddresses: ['192.0.2.7', '2001:db8::7'] },
      [
        [...sslServer, '-verify_ip', '192.0.2.7'],
        [...sslServer, '-verify_ip', '2001:db8::7'],
      ],
    ],
    [
      'a client by its subject alone',
      { profile: 'client', subject: { commonName: '😀'.repeat(64), country: 'CH' } },
      [sslClient],
    ],
    [
      'a client by its mailbox and URI',
      { profile: 'client', emailAddresses: ['a@b.example'], uris: ['spiffe://b.example/a'] },
      [[...sslClient, '-verify_email', 'a@b.example']],
    ],
    [
      'a time stamper',
      { profile: 'stamper', subject: { commonName: 'Stamps' } },
      [['-purpose', 'timestampsign']],
    ],
  ] as const) {
    for (const issuer of Object.keys(ISSUERS)) {
      it(`accepts ${what}, issued by ${issuer}`, async () => {
        const authority = `issuing-${slugOf(issuer)}`;
        for (const keyAlgorithm of ['ecdsa-p256', 'ecdsa-p384', 'rsa-2048', 'ed25519'] as const) {
          const { certificate } = await world.issue({ ...request, authority, keyAlgorithm });
          for (const check of checks) verify(certificatePem(certificate), issuer, ...check);
        }
      });
    }
  }

  it('accepts every intermediate and every root', () => {
    for (const issuer of Object.keys(ISSUERS)) {
      verify(pemOf(`issuing-${slugOf(issuer)}`), issuer);
      verify(pemOf(`root-${slugOf(issuer)}`), issuer);
    }
  });

  it('takes a server for no client, and a client for no server', async () => {
    const authority = 'issuing-ecdsa-p256';
    const server = await world.issue({ authority, dnsNames: ['a.example'] });
    const client = await world.issue({ authority, profile: 'client', dnsNames: ['a.example'] });
    for (const [{ certificate }, purpose] of [
      [server, sslClient],
      [client, sslServer],
    ] as const) {
      assert.throws(() => verify(certificatePem(certificate), 'ecdsa-p256', ...purpose), /purpose/);
    }
  });
});

/** Matches nothing: all of the output is wanted. */
const NEVER = /(?!)/;

describe('openssl s_server and s_client', () => {
  async function filesOf(name: string, profile: 'server' | 'client'): Promise<readonly string[]> {
    const authority = 'issuing-ecdsa-p256';
    const issued = await world.issue({ authority, profile, dnsNames: [`${name}.example`] });
    const key = issued.privateKey?.export({ type: 'pkcs8', format: 'pem' }).toString() ?? '';
    const [cert, chain] = [certificatePem(issued.certificate), pemOf(authority)];
    const path = ['-cert', write(`${name}.pem`, cert), '-cert_chain', write('chain.pem', chain)];
    return [...path, '-key', write(`${name}.key`, key)];
  }

  /** What s_client says after a handshake for which both sides demand a certificate. */
  async function handshake(clientFiles: readonly string[]): Promise<string> {
    const trust = [
      '-CAfile',
      write('trusted.pem', pemOf('root-ecdsa-p256')),
      '-verify_return_error',
    ];
    const serverArgs = ['s_server', '-accept', '127.0.0.1:0', '-Verify', '2', '-www', ...trust];
    const server = run([...serverArgs, ...(await filesOf('server', 'server'))]);
    try {
      const address = await said(server.stdout, /ACCEPT (\S+)/);
      const named = ['-servername', 'server.example', '-verify_hostname', 'server.example'];
      const clientArgs = ['s_client', '-ign_eof', '-connect', address, ...trust, ...named];
      const client = run([...clientArgs, ...clientFiles]);
      client.stdin.end('GET / HTTP/1.0\r\n\r\n');
      return await said(client.stdout, NEVER);
    } finally {
      server.kill('SIGKILL');
      await once(server, 'exit');
    }
  }

  /** What `pattern` captures of the output, once it does; at the end of the output at the latest. */
  async function said(output: Readable, pattern: RegExp): Promise<string> {
    let text = '';
    for await (const chunk of output.iterator({ destroyOnReturn: false })) {
      text += String(chunk);
      const [, captured] = pattern.exec(text) ?? [];
      if (captured !== undefined) return captured;
    }
    return text;
  }

  function run(args: readonly string[]) {
    return spawn('openssl', args, { stdio: ['pipe', 'pipe', 'ignore'] });
  }

  it('accept each other’s certificates of ours', async () => {
    const said = await handshake(await filesOf('client', 'client'));
    assert.match(said, /Verification: OK\nVerified peername: server.example/);
    assert.match(said, /HTTP\/1.0 200 ok/);
  });

  it('do not accept a server’s certificate for a client’s, nor none', async () => {
    for (const files of [await filesOf('other', 'server'), []]) {
      assert.doesNotMatch(await handshake(files), /200 ok/);
    }
  });
});
