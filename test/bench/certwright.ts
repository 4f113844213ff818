import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import Database from 'better-sqlite3';
import type { AuthorityServer } from './authority-server.ts';
import type { Requested } from './certification-requests.ts';
import { assertIssued, assertIssuedWithKey } from './issued.ts';
import { type Server, startServer } from './process.ts';

const MAIN = new URL('../../main.ts', import.meta.url).pathname;
/** As `npm start` has it. */
const NODE_OPTIONS = ['--max-semi-space-size=8', '--heap-growing-percent=25', '--expose-gc'];
const NODE_ENVIRONMENT = { MALLOC_ARENA_MAX: '1' };

/** Where the service listens, as its ready line says. */
export interface Ready {
  readonly management: string;
  readonly distribution: string;
}

export interface CertwrightOptions {
  readonly tls: 'on' | 'off';
  readonly nodeOptions?: readonly string[];
  readonly environment?: Readonly<Record<string, string>>;
}

/** Starts the real service as `npm start` does, on an empty data folder inside `folder`. */
export function startCertwright(
  folder: string,
  { tls, nodeOptions = [], environment = {} }: CertwrightOptions,
): Promise<Server<Ready>> {
  const settings = {
    PKI_DATA_DIR: dataFolder(folder),
    PKI_TLS: tls,
    PKI_MANAGEMENT_LISTEN: '127.0.0.1:0',
    PKI_DISTRIBUTION_LISTEN: '127.0.0.1:0',
  };
  const options = {
    command: [process.execPath, ...NODE_OPTIONS, ...nodeOptions, MAIN],
    logFile: join(folder, 'certwright.log'),
    workingFolder: folder,
    environment: { ...NODE_ENVIRONMENT, ...settings, ...environment },
  } as const;
  return startServer(options, readyLine);
}

/** The service, and what it is asked for. */
export interface Certwright extends AuthorityServer {
  readonly pid: number;
  readonly management: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly recorded: () => number;
}

/** The service with everything as it comes, but for `options`. */
export async function certwright(
  folder: string,
  requests: readonly Requested[],
  options: CertwrightOptions,
): Promise<Certwright> {
  const { ready, pid, stop } = await startCertwright(folder, options);
  const headers = { authorization: `Bearer ${adminToken(folder)}` };
  const recorded = () => countCertificates(folder);
  const common = {
    url: `${ready.management}/v1/certificates`,
    headers,
    recorded,
    certificatesPerAnswer: 1,
    expectedStatus: 201,
    ...(options.tls === 'on' ? { ca: rootPem(folder) } : {}),
  };
  return {
    pid,
    stop,
    management: ready.management,
    headers,
    recorded,
    sign: {
      ...common,
      bodies: requests.map(({ csr }) => JSON.stringify(signBody(csr))),
      assertAnswers: (answer, index) => {
        assertIssued((answer as Answer).certificate, requests[index]);
      },
    },
    newKey: {
      ...common,
      bodies: requests.map(({ host }) => newKeyBody(host)),
      assertAnswers: (answer, index) => {
        const { certificate, privateKey } = answer as Answer;
        assertIssuedWithKey(certificate, privateKey, requests[index]);
      },
    },
  };
}

/** The members of an answer that are looked at. */
interface Answer {
  readonly certificate: string;
  readonly privateKey: string;
}

/** What asks for a server certificate for a CSR. */
export function signBody(csr: string) {
  return { authority: 'issuing', profile: 'server', csr };
}

/** The body that asks for a server certificate with a key made by the service. */
export function newKeyBody(host: string): string {
  const names = { dnsNames: [host], keyAlgorithm: 'ecdsa-p256' };
  return JSON.stringify({ authority: 'issuing', profile: 'server', ...names });
}

export function adminToken(folder: string): string {
  return readFileSync(join(dataFolder(folder), 'admin-token'), 'utf8').trim();
}

export function rootPem(folder: string): string {
  return readFileSync(join(dataFolder(folder), 'root.pem'), 'utf8');
}

/** Asks the database itself, past the service. */
function countCertificates(folder: string): number {
  const database = new Database(join(dataFolder(folder), 'certwright.db'), { readonly: true });
  try {
    return Number(database.prepare('SELECT count(*) FROM certificate').pluck().get());
  } finally {
    database.close();
  }
}

function dataFolder(folder: string): string {
  return join(folder, 'data');
}

function readyLine(output: string): Ready | undefined {
  const line = output.split('\n').find((text) => text.includes('"management"'));
  // A line without its end is still being written.
  if (line === undefined || !line.endsWith('}')) return undefined;
  return JSON.parse(line) as Ready;
}
