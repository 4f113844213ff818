import assert from 'node:assert/strict';
import { execFile } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { after, describe, it } from 'node:test';
import { fileURLToPath } from 'node:url';
import { ownEnvironment } from '../support/running-certwright.ts';
import { call, newHome, started } from './service-process.ts';

const PROJECT = fileURLToPath(new URL('../../', import.meta.url));

interface Run {
  readonly status: number;
  readonly stdout: string;
  readonly stderr: string;
}

interface Listed {
  readonly items: readonly { readonly name: string; readonly status: { serialNumber: string } }[];
}

const home = newHome();
const { folder, dataDir: dataFolder } = home;
// A schedule that never comes: what no command asks for does not happen.
const settings = { PKI_ROTATION_SCHEDULE: '0 0 29 2 *', KUBECONFIG: '/dev/null' };
const service = await started(home, settings);
after(() => service.stop());

describe('npm run rotation', () => {
  /** The command as the README has it, in the folder of a checkout. */
  function rotation(...args: readonly string[]): Promise<Run> {
    return rotationIn({}, ...args);
  }

  function rotationIn(
    environment: Readonly<Record<string, string>>,
    ...args: readonly string[]
  ): Promise<Run> {
    const env = {
      ...ownEnvironment(),
      PKI_DATA_DIR: dataFolder,
      PKI_MANAGEMENT_LISTEN: new URL(service.management).host,
      ...environment,
    };
    const command = ['run', '--silent', 'rotation', '--', ...args];
    return new Promise((resolve) => {
      execFile('npm', command, { cwd: PROJECT, env }, (error, stdout, stderr) => {
        const status = error === null ? 0 : Number(error.code);
        resolve({ status, stdout, stderr });
      });
    });
  }

  async function declare(name: string, destination: object): Promise<void> {
    const body = {
      ...{ name, authority: 'issuing', profile: 'server', dnsNames: [`${name}.example.org`] },
      ...{ validity: '30d', destination },
    };
    const { status } = await call(service, '/v1/rotation/targets', { body });
    assert.equal(status, 201);
  }

  function directory(name: string): object {
    return { type: 'directory', path: home.newFolder(name) };
  }

  it('run tells of each target that it rotated, and sums up', async () => {
    await declare('edge', directory('edge'));
    const { status, stdout } = await rotation('run');
    assert.equal(status, 0, stdout);
    assert.match(stdout, /^\d rotated, 0 failed, \d current, in \S+$/m);
  });

  it('status prints the table of the issue, with whole serial numbers where no terminal is', async () => {
    const { status, stdout } = await rotation('status');
    const [titles, row] = stdout.split('\n');
    assert.match(
      titles ?? '',
      /^TARGET +DESTINATION +STATE +SERIAL NUMBER +EXPIRES IN +NEXT +SERVED$/,
    );
    const serialNumber =
      /^edge +\/\S+\/edge +current +([0-9a-f]{32}) +29d 23h +1\dd(?: \d+h)? +-$/.exec(
        row ?? '',
      )?.[1];
    const { items } = JSON.parse((await rotation('status', '--json')).stdout) as Listed;
    assert.equal(serialNumber, items[0]?.status.serialNumber, stdout);
    assert.equal(status, 0);
    assert.ok(!stdout.includes('\u001b'), 'no colours in a pipe');
  });

  it('rotate, rollback and history show one target’s certificates', async () => {
    const rotated = await rotation('rotate', 'edge');
    const [, serialNumber = ''] =
      /^rotated {2}edge: (\w+) \(requested\)$/m.exec(rotated.stdout) ?? [];
    const back = await rotation('rollback', 'edge');
    assert.match(back.stdout, /^rotated {2}edge: \w+ \(rolledBack\)$/m);
    assert.ok(!back.stdout.includes(serialNumber));
    const { stdout } = await rotation('history', 'edge');
    const revisions = stdout.split('\n').slice(1, -1);
    assert.deepEqual(
      revisions.map((line) => /^\d+/.exec(line)?.[0]),
      ['3', '2', '1'],
    );
    assert.ok(revisions[1]?.includes(serialNumber));
  });

  it('preflight says what the readers of a destination would', async () => {
    const good = await rotation('preflight', 'edge');
    assert.deepEqual([good.status, /^edge: accepted/.test(good.stdout)], [0, true], good.stdout);
    const other = join(folder, 'other.key');
    const { privateKey } = await issuedElsewhere();
    writeFileSync(other, privateKey);
    writeFileSync(join(folder, 'edge', 'current', 'tls.key'), privateKey);
    const bad = await rotation('preflight', 'edge');
    assert.equal(bad.status, 1);
    assert.match(bad.stdout, /error delivery-key-matches: .*\n {4}prevents: .*KEY_VALUES_MISMATCH/);
    assert.equal((await rotation('run')).status, 0);
    assert.equal((await rotation('preflight', 'edge')).status, 0);
  });

  async function issuedElsewhere(): Promise<{ privateKey: string }> {
    const body = { authority: 'issuing', profile: 'server', dnsNames: ['edge.example.org'] };
    const answer = await call(service, '/v1/certificates', { body });
    return answer.json<{ privateKey: string }>();
  }

  it('status ends with 1, and says why, where a target needs somebody; that one comes first', async () => {
    await declare('absent', {
      ...{ type: 'kubernetesSecret', namespace: 'istio-system', name: 'webapp-credential' },
      secretType: 'kubernetes.io/tls',
    });
    const pass = await rotation('run', '--force');
    assert.equal(pass.status, 1);
    assert.match(pass.stdout, /^failed {3}absent: Kubernetes /m);
    const { status, stdout } = await rotation('status');
    assert.equal(status, 1);
    assert.match(stdout, /\nabsent +istio-system\/webapp-credential +failing +- +- +- +-\nedge /);
    assert.match(stdout, /\n\nabsent: Kubernetes /);
    assert.equal((await rotation('status', '--state', 'current')).status, 0);
    assert.equal((await rotation('rotate', 'absent')).status, 1);
  });

  it('ends with 2 where it is not understood, and says by which part', async () => {
    for (const [args, words] of [
      [[], /say what to do/],
      [['dance'], /no command "dance"/],
      [['status', '--colour'], /--colour/],
      [['status', 'edge'], /"edge" is one too many/],
      [['status', '--force'], /takes no --force/],
      [['status', '--state', 'broken'], /--state is one of/],
      [['rotate'], /takes a target/],
      [['rotate', 'edge', 'other'], /"other" is one too many/],
      [['history', 'nobody'], /404: no target has this name/],
    ] as const) {
      const { status, stdout, stderr } = await rotation(...args);
      assert.deepEqual([status, stdout], [2, ''], args.join(' '));
      assert.match(stderr, words);
    }
  });

  it('ends with 2 where the service cannot be asked, and shows no token', async () => {
    const wrong = join(folder, 'wrong-token');
    writeFileSync(wrong, 'not-the-right-token');
    const plain = service.management.replace('https', 'http');
    for (const [args, words] of [
      [['--token-file', wrong], /does not accept the token/],
      [['--url', 'https://localhost:1'], /nothing listens there/],
      [['--ca', '/dev/null'], /not trusted; name the root by --ca/],
      [['--url', plain], /cut off/],
    ] as const) {
      const { status, stderr } = await rotation('status', ...args);
      assert.equal(status, 2, args.join(' '));
      assert.match(stderr, words);
      assert.doesNotMatch(stderr, /not-the-right-token/);
    }
  });

  it('takes what it must know from the options where there are no settings', async () => {
    const options = ['--url', service.management, '--ca', join(dataFolder, 'root.pem')];
    const nowhere = { PKI_DATA_DIR: join(folder, 'nowhere'), PKI_MANAGEMENT_LISTEN: 'localhost:1' };
    const token = ['--token-file', join(dataFolder, 'admin-token')];
    const { stdout } = await rotationIn(nowhere, 'status', ...options, ...token);
    assert.match(stdout, /^TARGET /);
    const { status, stderr } = await rotationIn(nowhere, 'status', ...options);
    assert.deepEqual([status, /admin-token is not there/.test(stderr)], [2, true]);
  });

  it('keeps within the terminal, and has colours there unless they are declined', async () => {
    const atTerminal = (environment: object) => {
      const { host } = new URL(service.management);
      const env = { ...ownEnvironment(), PKI_DATA_DIR: dataFolder, PKI_MANAGEMENT_LISTEN: host };
      const command = 'stty cols 80; npm run --silent rotation -- status';
      return new Promise<string>((resolve) => {
        const options = { cwd: PROJECT, env: { ...env, TERM: 'xterm', ...environment } };
        // script(1) gives a command a terminal of its own.
        execFile('script', ['-qec', command, '/dev/null'], options, (_, stdout) => resolve(stdout));
      });
    };
    const coloured = await atTerminal({});
    assert.ok(coloured.includes('\u001b[31mfailing'), coloured);
    const plain = await atTerminal({ NO_COLOR: '1' });
    assert.ok(!plain.includes('\u001b'));
    const [table = ''] = plain.split('\r\n\r\n');
    assert.ok(table.split('\r\n').length > 2, plain);
    for (const line of table.split('\r\n')) assert.ok(line.length <= 80, line);
  });

  it('explains itself', async () => {
    const { status, stdout } = await rotation('--help');
    assert.equal(status, 0);
    for (const word of ['status', 'run', '--force', '--token-file', 'Exit status']) {
      assert.ok(stdout.includes(word), word);
    }
  });
});
