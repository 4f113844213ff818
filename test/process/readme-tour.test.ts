import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readFileSync, realpathSync, rmSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { after, before, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { tourBlocks, withVariables } from '../support/readme.ts';
import {
  ANY_PORTS,
  NODE,
  ownEnvironment,
  type RunningCertwright,
  startCertwright,
} from '../support/running-certwright.ts';

const PROGRAM = fileURLToPath(new URL('../../main.ts', import.meta.url));
/** The cluster's block needs a cluster: `test/e2e` runs it. */
const BLOCKS = tourBlocks().filter(({ step }) => step !== 'cluster');

describe("the README's tour, pasted block by block", () => {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'certwright-tour-')));
  let service: RunningCertwright;
  let transcript: ReadonlyMap<string, string>;

  before(async () => {
    service = await startCertwright({
      command: [NODE, PROGRAM],
      workingFolder: folder,
      environment: ANY_PORTS,
    });
    const [API, PUBLIC, PORT] = [service.management, service.distribution, await freePort()];
    transcript = await runTour(folder, { API, PUBLIC, PORT });
  });

  after(async () => {
    const status = await service.stop();
    rmSync(folder, { recursive: true });
    assert.equal(status, 0);
  });

  const printed = (step: string) => transcript.get(step) ?? assert.fail(`"${step}" did not run`);

  it('starts with a message that names the token, the root and a curl to try', () => {
    assert.match(service.readyMessage, /data\/admin-token.*data\/root\.pem.*curl|curl.*data\//s);
  });

  it('runs every block, and lists both authorities in the first', () => {
    assert.deepEqual(
      [...transcript.keys()],
      BLOCKS.map(({ step }) => step),
    );
    const { items } = JSON.parse(printed('prepare')) as { items: { name: string }[] };
    assert.deepEqual(
      items.map(({ name }) => name),
      ['issuing', 'root'],
    );
  });

  it('shows a certificate for the host that verifies strictly against the root alone', () => {
    assert.match(printed('look'), /DNS:webapp\.istioinaction\.io/);
    assert.match(printed('look'), /TLS Web Server Authentication/);
    assert.match(printed('look'), /^server\.pem: OK$/m);
  });

  it('serves a page that curl fetches, chain and name verified', () => {
    assert.match(printed('serve'), /^Hello from webapp\n$/m);
  });

  it('finds that Application Gateway takes what the server sends', () => {
    assert.match(printed('preflight'), /"verdict": "accepted",\n {2}"findings": \[\]/);
  });

  it('issues for the key of a CSR, with the names of the CSR', () => {
    assert.match(printed('csr'), /DNS:catalog\.istioinaction\.io/);
  });

  it('answers each item of a batch in its place, as JSON and line by line', () => {
    const { results } = JSON.parse(printed('batch')) as { results: { status: number }[] };
    assert.deepEqual(
      results.map(({ status }) => status),
      [201, 422],
    );
    assert.match(printed('batch of lines'), /^3\n$/);
  });

  it('gives the same answer to a request that is made again with its key', () => {
    assert.match(printed('ask again'), /^[0-9a-f]{32}\n$/);
  });

  it('lets in the client certificate, and nobody without one', () => {
    const [served, ...rest] = printed('mutual TLS').split('Hello from webapp\n').toReversed();
    assert.match(served ?? '', /^curl: .+\nrefused without a client certificate\n$/);
    assert.equal(rest.length, 1);
  });

  it('makes a PFX that OpenSSL opens, with leaf, intermediate and root in it', () => {
    assert.match(printed('pfx'), /PBES2, PBKDF2, AES-256-CBC/);
    assert.match(printed('pfx'), /^3$/m);
  });

  it("hands out the root as Base-64 .cer, which is the authority's own", () => {
    assert.match(printed('cer'), /^subject=.*Root/m);
  });

  it('supplies the directory, and replaces key and certificate on demand', () => {
    assert.match(printed('directory'), /^tls\.crt\ntls\.key$/m);
    assert.match(printed('rotate'), /"outcome": "rotated"/);
    assert.notEqual(serialIn(printed('directory')), serialIn(printed('rotate')));
  });

  it('takes in an intermediate that a root outside signs, and one that was made outside', () => {
    assert.match(printed('outside root: ask'), /Certificate request self-signature verify OK/);
    assert.match(printed('outside root: bring'), /"parent": "example-corporate-root"/);
    assert.match(printed('outside root: bring'), /^platform-leaf\.pem: OK$/m);
    assert.match(printed('import'), /"parent": "example-corporate-root"/);
    assert.match(printed('import'), /^team-leaf\.pem: OK$/m);
    for (const step of ['outside root: bring', 'import']) {
      assert.doesNotMatch(printed(step), /warnings/);
    }
  });

  it('leaves a trace in the journal and in the metrics', () => {
    assert.match(printed('rotate'), /"action": "destination\.written"/);
    assert.match(printed('rotate'), /^certwright_target\S*\{.*webapp-files.*\} \d/m);
  });

  it('has every metric of the service in its table, and no other', async () => {
    const metrics = await (await fetch(`${service.distribution}/metrics`)).text();
    const names = [...metrics.matchAll(/^# TYPE (certwright_\S+)/gm)].map(([, name]) => name);
    assert.deepEqual(new Set(rowsOf(/^certwright_/)), new Set(names));
  });

  it('leaves nothing in the directory once the target is deleted with its destination', () => {
    assert.equal(printed('stop'), '');
  });
});

describe("the README's tables", () => {
  it('have a row for every setting, and for no other', () => {
    const config = readFileSync(new URL('../../config.ts', import.meta.url), 'utf8');
    const declared = config.matchAll(/^ {2}(PKI_[A-Z_]+):/gm);
    assert.deepEqual(
      new Set(rowsOf(/^PKI_[A-Z_]+$/)),
      new Set([...declared].map(([, name]) => name)),
    );
  });
});

/** The first column of the README's tables, as far as it is written as code of the form `pattern`. */
function rowsOf(pattern: RegExp): readonly string[] {
  const cells = readFileSync(new URL('../../README.md', import.meta.url), 'utf8').matchAll(
    /^\| `([^`]+)` \|/gm,
  );
  return [...cells].map(([, cell = '']) => cell).filter((cell) => pattern.test(cell));
}

/** Runs the blocks in one bash, as one terminal would, and gives what each of them printed. */
async function runTour(
  folder: string,
  variables: Readonly<Record<string, string>>,
): Promise<ReadonlyMap<string, string>> {
  const [prepare, ...others] = BLOCKS.map(({ script }) => script);
  const scripts = [withVariables(prepare ?? '', variables), ...others];
  const mark = `--- ${crypto.randomUUID()} ---\n`;
  const temporary = join(folder, 'tmp');
  mkdirSync(temporary);
  const { stdout } = await promisify(execFile)(
    'bash',
    ['-euo', 'pipefail', '-c', sessionOf(scripts, mark)],
    {
      cwd: folder,
      env: {
        ...ownEnvironment(),
        TMPDIR: temporary,
        PATH: `${dirname(NODE)}:${process.env['PATH']}`,
      },
    },
  );
  const [, ...outputs] = stdout.split(mark);
  return new Map(outputs.map((output, index) => [BLOCKS[index]?.step ?? '', output]));
}

/** A block that fails ends the session, and the servers that it left in the background with it. */
function sessionOf(scripts: readonly string[], mark: string): string {
  const start = `exec 2>&1\ntrap 'kill $(jobs -p) 2>/dev/null || true' EXIT\n`;
  return start + scripts.map((script) => `printf '%s' '${mark}'\n${script}`).join('');
}

function serialIn(output: string): string {
  return /^serial=([0-9A-F]+)$/m.exec(output)?.[1] ?? assert.fail(`no serial number in ${output}`);
}

async function freePort(): Promise<string> {
  const server = createServer().listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  server.close();
  await once(server, 'close');
  return String(port);
}
