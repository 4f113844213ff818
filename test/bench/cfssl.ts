import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import { freePort } from '../e2e/rig/free-port.ts';
import { type Contender, HOST } from './contender.ts';
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

/** cfssl's version, or `undefined` where it is not installed. */
export function cfsslVersion(): string | undefined {
  const { error, stdout } = spawnSync('cfssl', ['version'], { encoding: 'utf8' });
  return error ? undefined : /Version: (\S+)/.exec(stdout)?.[1];
}

/**
 * `cfssl serve` with a P-256 authority, such as ours. By itself it keeps no record of what it issues;
 * with `records` it writes each certificate to SQLite.
 */
export async function cfssl(
  folder: string,
  { csr, records }: { readonly csr: string; readonly records: boolean },
): Promise<Contender> {
  writeAuthority(folder);
  const port = await freePort();
  const url = `http://127.0.0.1:${port}/api/v1/cfssl`;
  const options = ['-ca', 'ca.pem', '-ca-key', 'ca.key', '-config', 'config.json'];
  if (records) options.push('-db-config', databaseConfig(folder));
  const { stop } = await startServer(
    {
      command: ['cfssl', 'serve', '-address', '127.0.0.1', '-port', String(port), ...options],
      logFile: join(folder, 'cfssl.log'),
      workingFolder: folder,
    },
    (output) => output.includes('Now listening') || undefined,
  );
  const request = { CN: HOST, hosts: [HOST], key: EC_KEY };
  const common = { headers: {}, expectedStatus: 200 };
  const csrBody = JSON.stringify({ certificate_request: csr, hosts: [HOST] });
  return {
    name: records ? 'cfssl, SQLite' : 'cfssl',
    loads: {
      csr: { ...common, url: `${url}/sign`, body: csrBody },
      newKey: { ...common, url: `${url}/newcert`, body: JSON.stringify({ request }) },
    },
    stop,
  };
}

function writeAuthority(folder: string): void {
  const request = join(folder, 'ca.json');
  writeFileSync(request, JSON.stringify({ CN: 'bench authority', key: EC_KEY }));
  const made = execFileSync('cfssl', ['genkey', '-loglevel=5', '-initca', request]);
  const { cert, key } = JSON.parse(made.toString()) as { cert: string; key: string };
  writeFileSync(join(folder, 'ca.pem'), cert);
  writeFileSync(join(folder, 'ca.key'), key, { mode: 0o600 });
  writeFileSync(join(folder, 'config.json'), JSON.stringify({ signing: SIGNING }));
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
