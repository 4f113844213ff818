import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Contender, HOST } from './contender.ts';
import { type Server, startServer } from './process.ts';

const MAIN = new URL('../../main.ts', import.meta.url).pathname;

/** Where the service listens, as its ready line says. */
export interface Ready {
  readonly management: string;
  readonly distribution: string;
}

/** Starts the real service on an empty data folder inside `folder`. */
export function startCertwright(folder: string, tls: 'on' | 'off'): Promise<Server<Ready>> {
  const environment = {
    PKI_DATA_DIR: dataFolder(folder),
    PKI_TLS: tls,
    PKI_MANAGEMENT_LISTEN: '127.0.0.1:0',
    PKI_DISTRIBUTION_LISTEN: '127.0.0.1:0',
  };
  const options = {
    command: [process.execPath, MAIN],
    logFile: join(folder, 'certwright.log'),
    workingFolder: folder,
    environment,
  } as const;
  return startServer(options, readyLine);
}

/** The service as a contender: plain HTTP, as cfssl speaks it, and everything else as it comes. */
export async function certwright(folder: string, csr: string): Promise<Contender> {
  const { ready, stop } = await startCertwright(folder, 'off');
  const common = {
    url: `${ready.management}/v1/certificates`,
    headers: { authorization: `Bearer ${adminToken(folder)}` },
    expectedStatus: 201,
  };
  return {
    name: 'certwright',
    loads: {
      csr: { ...common, body: JSON.stringify({ authority: 'issuing', profile: 'server', csr }) },
      newKey: { ...common, body: newKeyBody() },
    },
    stop,
  };
}

/** The body that asks for a server certificate with a key made by the service. */
export function newKeyBody(): string {
  const names = { dnsNames: [HOST], keyAlgorithm: 'ecdsa-p256' };
  return JSON.stringify({ authority: 'issuing', profile: 'server', ...names });
}

export function adminToken(folder: string): string {
  return readFileSync(join(dataFolder(folder), 'admin-token'), 'utf8').trim();
}

export function rootPem(folder: string): string {
  return readFileSync(join(dataFolder(folder), 'root.pem'), 'utf8');
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
