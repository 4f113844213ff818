import { execFileSync } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { cpus, tmpdir } from 'node:os';
import { join } from 'node:path';
import { certwright } from './certwright.ts';
import { cfssl, cfsslVersion } from './cfssl.ts';
import { measureColdStart } from './cold-start.ts';
import { type Contender, HOST, LOAD_KINDS, type LoadKind } from './contender.ts';
import { measureSlice, type Slice } from './load.ts';

const COLD_STARTS = 5;
const COLD_START_GOAL_SECONDS = 1;

const ROUNDS = 5;
const SLICE_MS = 2_000;
const WARM_UP_MS = 500;

const KIND_TITLES: Readonly<Record<LoadKind, string>> = {
  csr: 'from a CSR (P-256)',
  newKey: 'with a new key (P-256)',
};

const folder = mkdtempSync(join(tmpdir(), 'certwright-bench-'));
try {
  console.log(`Node ${process.version}, ${cpus().length} × ${cpus()[0]?.model ?? 'unknown'}\n`);
  await reportColdStart();
  await reportIssuing();
} finally {
  rmSync(folder, { recursive: true });
}

async function reportColdStart(): Promise<void> {
  const starts = [];
  for (let run = 0; run < COLD_STARTS; run += 1) {
    starts.push(await measureColdStart(newFolder(`cold-start-${run}`)));
  }
  const seconds = starts.map(({ firstCertificateSeconds }) => firstCertificateSeconds);
  const median = medianOf(seconds);
  const verdict = median < COLD_START_GOAL_SECONDS ? 'met' : 'MISSED';
  console.log(`Cold start, empty folder, TLS, ${COLD_STARTS} runs`);
  console.log(`  ready             ${inSeconds(medianOf(starts.map((run) => run.readySeconds)))}`);
  console.log(
    `  first certificate ${inSeconds(median)} (${inSeconds(Math.min(...seconds))} to ${inSeconds(Math.max(...seconds))}); goal < ${inSeconds(COLD_START_GOAL_SECONDS)}: ${verdict}\n`,
  );
}

async function reportIssuing(): Promise<void> {
  const contenders: Contender[] = [];
  try {
    await startContenders(contenders, newCsr());
    console.log(
      `Issuing over plain HTTP, 16 connections, medians of ${ROUNDS} rounds of ${SLICE_MS / 1000} s for each in turn`,
    );
    for (const kind of LOAD_KINDS) printKind(kind, await measureRounds(contenders, kind));
  } finally {
    await Promise.all(contenders.map(({ stop }) => stop()));
  }
}

/** Adds each to `contenders` once it runs, so that all are ended even if the next does not start. */
async function startContenders(contenders: Contender[], csr: string): Promise<void> {
  contenders.push(await certwright(newFolder('certwright'), csr));
  const version = cfsslVersion();
  if (version === undefined) {
    console.log(
      'cfssl is not on the PATH, so there is NO COMPARISON: test/e2e/parts/install brings it',
    );
    return;
  }
  console.log(
    `cfssl ${version}; "cfssl, SQLite" keeps a record of each certificate, as Certwright does`,
  );
  contenders.push(await cfssl(newFolder('cfssl'), { csr, records: false }));
  contenders.push(await cfssl(newFolder('cfssl-sqlite'), { csr, records: true }));
}

type Results = ReadonlyMap<Contender, readonly Slice[]>;

/** Everybody in turn in each round, so that whatever else the machine does hits all alike. */
async function measureRounds(contenders: readonly Contender[], kind: LoadKind): Promise<Results> {
  const results = new Map<Contender, Slice[]>();
  for (const contender of contenders) {
    await measureSlice(contender.loads[kind], WARM_UP_MS);
    results.set(contender, []);
  }
  for (let round = 0; round < ROUNDS; round += 1) {
    for (const [contender, slices] of results) {
      slices.push(await measureSlice(contender.loads[kind], SLICE_MS));
    }
  }
  return results;
}

function printKind(kind: LoadKind, results: Results): void {
  console.log(`\n  ${KIND_TITLES[kind].padEnd(24)} certificates/s   p99      certwright is`);
  const medians = [...results].map(([{ name }, slices]) => ({
    name,
    perSecond: medianOf(slices.map(({ perSecond }) => perSecond)),
    p99Ms: medianOf(slices.map(({ p99Ms }) => p99Ms)),
  }));
  const ours = medians[0]?.perSecond ?? 0;
  for (const { name, perSecond, p99Ms } of medians) {
    const rate = perSecond.toFixed(0).padStart(14);
    const latency = `${p99Ms.toFixed(1)} ms`.padStart(9);
    const ratio = perSecond === ours ? '' : `${(ours / perSecond).toFixed(2)} × as fast`;
    console.log(`  ${name.padEnd(24)} ${rate} ${latency}    ${ratio}`.trimEnd());
  }
}

function newCsr(): string {
  const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-nodes'];
  const names = ['-subj', `/CN=${HOST}`, '-addext', `subjectAltName=DNS:${HOST}`];
  const command = ['req', ...key, '-keyout', join(folder, 'csr.key'), ...names];
  return execFileSync('openssl', command, { encoding: 'utf8', stdio: 'pipe' });
}

function newFolder(name: string): string {
  const path = join(folder, name);
  mkdirSync(path);
  return path;
}

function medianOf(values: readonly number[]): number {
  return values.toSorted((a, b) => a - b)[Math.floor(values.length / 2)] ?? Number.NaN;
}

function inSeconds(seconds: number): string {
  return `${seconds.toFixed(2)} s`;
}
