import { generateKeyPairSync, type KeyObject, sign } from 'node:crypto';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from '../e2e/rig/free-port.ts';
import { authorityExtensions, makeForeign } from '../e2e/rig/openssl-authority.ts';
import type { AuthorityServer } from './authority-server.ts';
import type { Requested } from './certification-requests.ts';
import { assertIssued } from './issued.ts';
import { STEP_CA_PROGRAM } from './parts.ts';
import { startServer } from './process.ts';

/** As `step ca init` writes them. */
const DATABASE = { type: 'badgerv2', dataSource: 'db' };
const LOGGER = { format: 'text' };

/**
 * step-ca with a P-256 root and intermediate, such as ours, and its database; it speaks only TLS.
 *
 * A load for it needs tokens. Its usual ones are good for one certificate, and each use is a write more;
 * a Kubernetes service account's token may be shown again and again, which is the fastest way in.
 */
export async function stepCa(
  folder: string,
  requests: readonly Requested[],
): Promise<Omit<AuthorityServer, 'newKey'>> {
  const root = makeForeign(folder, { name: 'root', extensions: authorityExtensions });
  makeForeign(folder, { name: 'issuing', issuer: root, extensions: authorityExtensions });
  const { publicKey, privateKey } = generateKeyPairSync('rsa', { modulusLength: 2048 });
  const port = await freePort();
  writeFileSync(join(folder, 'ca.json'), JSON.stringify(configuration(port, publicKey)));
  const { stop } = await startServer(
    {
      command: [STEP_CA_PROGRAM, 'ca.json'],
      logFile: join(folder, 'step-ca.log'),
      workingFolder: folder,
    },
    (output) => output.includes('Serving HTTPS') || undefined,
  );
  const token = serviceAccountToken(privateKey);
  return {
    stop,
    sign: {
      url: `https://127.0.0.1:${port}/1.0/sign`,
      headers: {},
      ca: root.certificate,
      bodies: requests.map(({ csr }) => JSON.stringify({ csr, ott: token })),
      certificatesPerAnswer: 1,
      expectedStatus: 201,
      assertAnswers: (answer, index) => {
        assertIssued((answer as { readonly crt: string }).crt, requests[index]);
      },
    },
  };
}

function configuration(port: number, publicKey: KeyObject) {
  const pem = publicKey.export({ type: 'spki', format: 'pem' });
  const publicKeys = Buffer.from(pem).toString('base64');
  return {
    root: 'root.crt',
    crt: 'issuing.crt',
    key: 'issuing.key',
    address: `127.0.0.1:${port}`,
    dnsNames: ['127.0.0.1'],
    logger: LOGGER,
    db: DATABASE,
    authority: { provisioners: [{ type: 'K8sSA', name: 'bench', publicKeys }] },
  };
}

/** A token as Kubernetes makes them for pods (RFC 7519), without an end. */
function serviceAccountToken(privateKey: KeyObject): string {
  const account = 'kubernetes.io/serviceaccount';
  const claims = {
    iss: 'kubernetes/serviceaccount',
    sub: 'system:serviceaccount:default:bench',
    [`${account}/namespace`]: 'default',
    [`${account}/service-account.name`]: 'bench',
  };
  const parts = [{ alg: 'RS256', typ: 'JWT' }, claims].map(base64url).join('.');
  const signature = sign('sha256', Buffer.from(parts), privateKey).toString('base64url');
  return `${parts}.${signature}`;
}

function base64url(value: unknown): string {
  return Buffer.from(JSON.stringify(value)).toString('base64url');
}
