import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { freePort } from '../e2e/rig/free-port.ts';
import { authorityExtensions, makeForeign } from '../e2e/rig/openssl-authority.ts';
import type { AuthorityServer } from './authority-server.ts';
import type { Requested } from './certification-requests.ts';
import { assertIssued, assertIssuedWithKey } from './issued.ts';
import { startServer } from './process.ts';

/** Of cfssl's own certdb/sqlite migrations: the table in which it keeps what it issued. */
const CERTIFICATES_TABLE = `
  CREATE TABLE certificates (
    serial_number blob NOT NULL, authority_key_identifier blob NOT NULL, ca_label blob,
    status blob NOT NULL, reason int, expiry timestamp, revoked_at timestamp, pem blob NOT NULL,
    PRIMARY KEY (serial_number, authority_key_identifier)
  )`;

const EC_KEY = { algo: 'ecdsa', size: 256 };
const SIGNING = { default: { usages: ['digital signature', 'server auth'], expiry: '720h' } };

export interface CfsslOptions {
  readonly tls: 'on' | 'off';
  /** Whether it writes each certificate to SQLite; by itself it keeps no record of what it issues. */
  readonly records: boolean;
}

/** `cfssl serve` with a P-256 authority, such as ours. */
export async function cfssl(
  folder: string,
  requests: readonly Requested[],
  { tls, records }: CfsslOptions,
): Promise<AuthorityServer> {
  const ca = makeForeign(folder, { name: 'ca', extensions: authorityExtensions });
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ signing: SIGNING }));
  const port = await freePort();
  const options = ['-ca', 'ca.crt', '-ca-key', 'ca.key', '-config', 'config.json'];
  if (records) options.push('-db-config', databaseConfig(folder));
  if (tls === 'on') {
    const extensions = ['subjectAltName=IP:127.0.0.1'];
    makeForeign(folder, { name: 'server', issuer: ca, extensions });
    options.push('-tls-cert', 'server.crt', '-tls-key', 'server.key');
  }
  const { stop } = await startServer(
    {
      command: ['cfssl', 'serve', '-address', '127.0.0.1', '-port', String(port), ...options],
      logFile: join(folder, 'cfssl.log'),
      workingFolder: folder,
    },
    (output) => output.includes('Now listening') || undefined,
  );
  const common = {
    headers: {},
    certificatesPerAnswer: 1,
    expectedStatus: 200,
    ...(tls === 'on' ? { ca: ca.certificate } : {}),
  };
  const api = `${tls === 'on' ? 'https' : 'http'}://127.0.0.1:${port}/api/v1/cfssl`;
  return {
    stop,
    sign: {
      ...common,
      url: `${api}/sign`,
      bodies: requests.map(({ csr }) => JSON.stringify({ certificate_request: csr })),
      assertAnswers: (answer, index) => {
        assertIssued((answer as Answer).result.certificate, requests[index]);
      },
    },
    newKey: {
      ...common,
      url: `${api}/newcert`,
      bodies: requests.map(({ host }) =>
        JSON.stringify({ request: { CN: host, hosts: [host], key: EC_KEY } }),
      ),
      assertAnswers: (answer, index) => {
        const { certificate, private_key: privateKey } = (answer as Answer).result;
        assertIssuedWithKey(certificate, privateKey, requests[index]);
      },
    },
  };
}

/** The members of an answer that are looked at. */
interface Answer {
  readonly result: { readonly certificate: string; readonly private_key: string };
}

/** In the write-ahead mode, in which SQLite takes the most writes. */
function databaseConfig(folder: string): string {
  const file = join(folder, 'certificates.db');
  const database = new Database(file);
  database.pragma('journal_mode = WAL');
  database.exec(CERTIFICATES_TABLE);
  database.close();
  const config = join(folder, 'database.json');
  writeFileSync(config, JSON.stringify({ driver: 'sqlite3', data_source: file }));
  return config;
}
