import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { stringify } from 'yaml';
import { type Cluster, startCluster } from '../e2e/rig/cluster.ts';
import { kubectl } from '../e2e/rig/kubectl.ts';
import type { Bench } from './bench.ts';
import { adminToken, startCertwright } from './certwright.ts';
import { medianOf } from './comparison.ts';
import { verdictOf } from './line.ts';
import { post } from './post.ts';
import { familyOf, residentMegabytesOf } from './process-family.ts';
import { keptRate, rawRate } from './ready-made-secrets.ts';

const NAMESPACE = 'istio-system';
const NEVER = '0 0 29 2 *';
const ROUNDS = 3;
const DUE = 1_000;
const CURRENT = 10_000;
const QUICK = { due: 50, current: 200 };
const GOALS = { rawShare: 0.8, passSeconds: 2, megabytes: 300 };
const PASSES = 5;
const SAMPLE_MS = 50;

/** Rotates many Secrets at once on a real API server, beside the same client with ready-made ones, and passes over many that are current. */
export async function reportSecrets({ newFolder, isQuick }: Bench): Promise<void> {
  const ends: (() => Promise<unknown> | undefined)[] = [];
  const folder = newFolder('secrets');
  const world = { folder, defer: (end: () => Promise<unknown> | undefined) => ends.push(end) };
  try {
    const cluster = await startCluster(world);
    await cluster.api.createNamespace(NAMESPACE);
    await reportDue(newFolder('due'), cluster, isQuick ? QUICK.due : DUE);
    await reportCurrent(newFolder('current'), cluster, isQuick ? QUICK.current : CURRENT);
  } finally {
    for (const end of ends.reverse()) await end();
  }
}

async function reportDue(folder: string, cluster: Cluster, count: number): Promise<void> {
  console.log(`${count} Secrets due at once, P-256, on a real kube-apiserver, limiter off`);
  await rotateAll(folder, cluster, { count, round: 0 });
  const secrets = { namespace: NAMESPACE, count };
  const shares: number[] = [];
  for (let round = 1; round <= ROUNDS; round += 1) {
    const raw = await rawRate(cluster, secrets);
    const kept = await keptRate(cluster, secrets);
    const ours = await rotateAll(folder, cluster, { count, round });
    shares.push(ours / raw);
    console.log(
      `  round ${round}  ${ours.toFixed(0)}/s rotated, ${raw.toFixed(0)}/s applied ready-made by the client: ${(ours / raw).toFixed(2)} ×; ` +
        `${kept.toFixed(0)}/s by requests of our own over connections that are kept: ${(ours / kept).toFixed(2)} ×`,
    );
  }
  const share = medianOf(shares);
  const goal = `goal ≥ ${GOALS.rawShare.toFixed(2)} ×: ${verdictOf(share >= GOALS.rawShare)}`;
  console.log(`  median   ${share.toFixed(2)} ×; ${goal}\n`);
}

async function reportCurrent(folder: string, cluster: Cluster, count: number): Promise<void> {
  console.log(`A pass over ${count} current targets`);
  const service = await started(folder, cluster, { count, round: 0 });
  try {
    await untilRotated(service.logFile, count);
    const ask = () => askToRun(service.management, folder);
    await ask();
    const before = { requests: secretRequests(cluster), megabytes: megabytesOf(service.pid) };
    const seconds: number[] = [];
    const samples: number[] = [];
    const sampling = setInterval(() => samples.push(megabytesOf(service.pid)), SAMPLE_MS);
    for (let pass = 0; pass < PASSES; pass += 1) {
      const begin = performance.now();
      await ask();
      seconds.push((performance.now() - begin) / 1000);
    }
    clearInterval(sampling);
    const requests = secretRequests(cluster) - before.requests;
    const highest = Math.max(...samples, megabytesOf(service.pid));
    const taken = highest - before.megabytes;
    const median = medianOf(seconds);
    console.log(
      `  time     ${median.toFixed(2)} s; goal < ${GOALS.passSeconds} s: ${verdictOf(median < GOALS.passSeconds)}`,
    );
    console.log(`  requests ${requests} in ${PASSES} passes; goal 0: ${verdictOf(requests === 0)}`);
    console.log(
      `  memory   ${taken.toFixed(0)} MB more at most than before the passes; goal < ${GOALS.megabytes} MB: ${verdictOf(taken < GOALS.megabytes)}`,
    );
    console.log(
      `           ${highest.toFixed(0)} MB in all, in the process that has just rotated each of them; goal < ${GOALS.megabytes} MB: ${verdictOf(highest < GOALS.megabytes)}\n`,
    );
  } finally {
    await service.stop();
  }
}

interface Task {
  readonly count: number;
  /** Part of each target's names, so that with another one all are due. */
  readonly round: number;
}

/** How many Secrets a second get a new certificate, from the first write to the last. */
async function rotateAll(folder: string, cluster: Cluster, task: Task): Promise<number> {
  const service = await started(folder, cluster, task);
  try {
    const times = await untilRotated(service.logFile, task.count);
    const seconds = (Math.max(...times) - service.readyMs) / 1000;
    return task.count / seconds;
  } finally {
    await service.stop();
  }
}

async function started(folder: string, cluster: Cluster, { count, round }: Task) {
  const file = join(folder, 'certwright.yaml');
  writeFileSync(file, stringify({ rotationTargets: targetsOf(count, round) }));
  const { ready, pid, stop } = await startCertwright(folder, {
    tls: 'off',
    environment: {
      KUBECONFIG: cluster.kubeconfig,
      PKI_CONFIG_FILE: file,
      PKI_ROTATION_SCHEDULE: NEVER,
      // What is measured is how fast it can be done.
      PKI_ROTATION_RATE: 'burst',
      PKI_ROTATION_ISSUE_RATE: 'unlimited',
      PKI_WORKERS: '1',
    },
  });
  const logFile = join(folder, 'certwright.log');
  return { logFile, pid, stop, readyMs: Date.now(), management: ready.management };
}

function targetsOf(count: number, round: number) {
  return Array.from({ length: count }, (_, index) => ({
    name: `target-${count}-${index}`,
    authority: 'issuing',
    profile: 'server',
    dnsNames: [`host-${index}.round-${round}.example.org`],
    validity: '30d',
    destination: {
      type: 'kubernetesSecret',
      namespace: NAMESPACE,
      name: `credential-${count}-${index}`,
      secretType: 'kubernetes.io/tls',
    },
  }));
}

/** When each of so many targets was rotated, as the log says, in milliseconds. */
async function untilRotated(logFile: string, count: number): Promise<readonly number[]> {
  for (;;) {
    const lines = readFileSync(logFile, 'utf8').split('\n');
    const rotated = lines.filter((line) => line.includes('"msg":"target rotated"'));
    if (rotated.length >= count) {
      return rotated.map((line) => (JSON.parse(line) as { time: number }).time);
    }
    const failed = lines.find((line) => line.includes('"msg":"target failed"'));
    if (failed) throw new Error(failed);
    await pause(250);
  }
}

async function askToRun(management: string, folder: string): Promise<void> {
  const headers = { authorization: `Bearer ${adminToken(folder)}` };
  const { status } = await post({ url: `${management}/v1/rotation/run`, headers, body: '{}' });
  if (status !== 200) throw new Error(`a pass was answered with ${status}`);
}

/** What the largest process of the service keeps in memory, in megabytes. */
function megabytesOf(pid: number): number {
  return Math.max(...familyOf(pid).map((member) => residentMegabytesOf(member) ?? 0));
}

/** How many requests for Secrets the API server has answered, watches apart, as it counts them. */
function secretRequests(cluster: Cluster): number {
  const metrics = kubectl(cluster.kubeconfig, ['get', '--raw', '/metrics']);
  return metrics
    .split('\n')
    .filter(
      (line) => line.startsWith('apiserver_request_total{') && line.includes('resource="secrets"'),
    )
    .filter((line) => !line.includes('verb="WATCH"'))
    .reduce((sum, line) => sum + Number(line.slice(line.lastIndexOf(' ') + 1)), 0);
}
