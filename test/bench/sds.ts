import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { connectAgainAndAgain, holdOneConnection } from '../e2e/rig/background-load.ts';
import { startEnvoyWith } from '../e2e/rig/envoy.ts';
import { freePort } from '../e2e/rig/free-port.ts';
import { type SdsApi, sdsBootstrap } from '../e2e/rig/sds-bootstrap.ts';
import { visit } from '../e2e/rig/tls-client.ts';
import type { Bench } from './bench.ts';
import { adminToken, rootPem, startCertwright } from './certwright.ts';
import { verdictOf } from './line.ts';
import { post } from './post.ts';

const ROTATIONS = 200;
const QUICK_ROTATIONS = 10;
const GOAL_MS = 1_000;
const HOST = 'shop.example.org';
const URI = 'spiffe://example.org/edge';
const NEVER = '0 0 29 2 *';
/** Longer than anybody waits, so that one that is never served does not hold the run up. */
const PATIENCE_MS = 10_000;

/** What one run of rotations has shown. */
interface Outcome {
  /** From the request for a rotation, key generation included, to the first handshake with its certificate. */
  readonly servedMs: readonly number[];
  readonly handshakes: number;
  readonly failures: readonly string[];
}

/** Rotates a target under load, again and again, and prints how soon a real Envoy serves what is new. */
export async function reportSds({ newFolder, isQuick }: Bench): Promise<void> {
  const rotations = isQuick ? QUICK_ROTATIONS : ROTATIONS;
  console.log(`Own SDS: rotation asked for → served by Envoy, ${rotations} rotations under load`);
  for (const api of ['GRPC', 'DELTA_GRPC'] as const) {
    const { servedMs, handshakes, failures } = await measure(
      newFolder(`sds-${api}`),
      api,
      rotations,
    );
    const sorted = servedMs.toSorted((one, other) => one - other);
    const at = (fraction: number) => sorted[Math.ceil(sorted.length * fraction) - 1] ?? Number.NaN;
    const [p50, p99, most] = [at(0.5), at(0.99), at(1)].map((ms) => ms.toFixed(0));
    const isFast = sorted.length === rotations && at(0.99) < GOAL_MS;
    console.log(`  ${api}`);
    console.log(
      `    served            p50 ${p50} ms, p99 ${p99} ms, most ${most} ms; goal p99 < ${GOAL_MS} ms: ${verdictOf(isFast)}`,
    );
    const isSound = failures.length === 0;
    console.log(
      `    failed handshakes ${failures.length} of ${handshakes}; goal 0: ${verdictOf(isSound)}`,
    );
    for (const failure of failures.slice(0, 3)) console.log(`      ${failure}`);
  }
  console.log('');
}

async function measure(folder: string, api: SdsApi, rotations: number): Promise<Outcome> {
  const ends: (() => Promise<unknown> | undefined)[] = [];
  const world = { folder, defer: (end: () => Promise<unknown> | undefined) => ends.push(end) };
  try {
    const port = await freePort();
    const { ready, stop } = await startCertwright(folder, {
      tls: 'off',
      environment: { PKI_SDS_LISTEN: `127.0.0.1:${port}`, PKI_ROTATION_SCHEDULE: NEVER },
    });
    ends.push(stop);
    const ask = askerOf(ready.management, adminToken(folder));
    await ask('/v1/rotation/targets', target());
    const source = { port, folder: await clientFolder(folder, ask), api };
    const hosts = [{ host: HOST, secret: 'shop', mode: 'SIMPLE' }] as const;
    const { httpsPort } = await startEnvoyWith(world, sdsBootstrap(hosts, source));
    const options = { port: httpsPort, host: HOST, ca: rootPem(folder) };
    await firstServed(options);
    const loads = [connectAgainAndAgain(world, options), holdOneConnection(world, options)];
    const watch = watchOf(options);
    const servedMs: number[] = [];
    for (let rotation = 0; rotation < rotations; rotation += 1) {
      const begin = performance.now();
      const { items } = await ask<Rotated>('/v1/rotation/targets/shop/rotate');
      const seen = await watch.firstSeen(items[0]?.serialNumber ?? '');
      if (seen !== undefined) servedMs.push(seen - begin);
    }
    const watched = await watch.stop();
    const reports = [watched, ...(await Promise.all(loads.map((load) => load.stop())))];
    return {
      servedMs,
      handshakes: reports.reduce((sum, { requests }) => sum + requests, 0),
      failures: reports.flatMap(({ failures }) => failures),
    };
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

interface Rotated {
  readonly items: readonly { readonly serialNumber: string }[];
}

type Ask = <T>(path: string, body?: object) => Promise<T>;

function askerOf(management: string, token: string): Ask {
  return async <T>(path: string, body: object = {}) => {
    const headers = { authorization: `Bearer ${token}` };
    const reply = await post({ url: management + path, headers, body: JSON.stringify(body) });
    if (reply.status >= 300) throw new Error(`${path}: ${reply.status} ${reply.body}`);
    return JSON.parse(reply.body) as T;
  };
}

function target(): object {
  const declared = { name: 'shop', authority: 'issuing', profile: 'server', dnsNames: [HOST] };
  return { ...declared, validity: '30d', destination: { type: 'sds', readers: [URI] } };
}

/** What Envoy shows when it asks for secrets. */
async function clientFolder(folder: string, ask: Ask): Promise<string> {
  const request = { authority: 'issuing', profile: 'client', uris: [URI] };
  const issued = await ask<Record<'certificate' | 'chain' | 'privateKey', string>>(
    '/v1/certificates',
    request,
  );
  const path = join(folder, 'client');
  mkdirSync(path);
  writeFileSync(join(path, 'client.crt'), issued.certificate + issued.chain);
  writeFileSync(join(path, 'client.key'), issued.privateKey, { mode: 0o600 });
  writeFileSync(join(path, 'root.pem'), rootPem(folder));
  return path;
}

interface Server {
  readonly port: number;
  readonly host: string;
  readonly ca: string;
}

async function firstServed({ port, ...options }: Server): Promise<void> {
  const deadline = performance.now() + PATIENCE_MS;
  while ((await visit(port, options)).status !== 200) {
    if (performance.now() > deadline) throw new Error('Envoy serves nothing');
  }
}

/** A client that makes one connection after the other, without a pause, and notes when it met each certificate first. */
function watchOf({ port, ...options }: Server) {
  const seen = new Map<string, number>();
  const failures: string[] = [];
  let requests = 0;
  const stopping = new AbortController();
  const watching = (async () => {
    while (!stopping.signal.aborted) {
      requests += 1;
      const { serialNumber, isVerified, status, refusal } = await visit(port, options);
      if (serialNumber && !seen.has(serialNumber)) seen.set(serialNumber, performance.now());
      if (!isVerified || status !== 200) failures.push(`${refusal ?? 'no answer'}, ${status}`);
    }
  })();
  return {
    firstSeen: async (serialNumber: string) => {
      const deadline = performance.now() + PATIENCE_MS;
      while (!seen.has(serialNumber) && performance.now() < deadline) {
        await new Promise((resolve) => setTimeout(resolve, 1));
      }
      return seen.get(serialNumber);
    },
    stop: async () => {
      stopping.abort();
      await watching;
      return { requests, failures };
    },
  };
}
