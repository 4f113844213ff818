import { execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { freePort } from './free-port.ts';
import { sendHttps } from './https-request.ts';
import { KubeApi } from './kube-api.ts';
import { type Program, startProgram, untilReady } from './program.ts';
import { realPart } from './real-part.ts';
import type { World } from './world.ts';

/** A real Kubernetes API server on its own etcd: RBAC is on; there is no kubelet and no controller. */
export interface Cluster {
  /** The administrator's kubeconfig file. */
  readonly kubeconfig: string;
  /** The API server as the administrator. */
  readonly api: KubeApi;
  /** A user of this name, without any right yet, whose groups are `groups`. */
  readonly kubeconfigFor: (user: User, token?: string) => string;
  /** Ends the API server as a crash would; what it holds stays in etcd. */
  readonly stopApiServer: () => Promise<void>;
  /** Starts it again on the same port, with the same certificate. */
  readonly startApiServer: () => Promise<void>;
  /** Has etcd forget every version but the latest; the API server's own memory goes with its next start. */
  readonly compactEtcd: () => Promise<void>;
}

/** The users of `tokens.csv`: the administrator, and one who may do only what a test grants. */
export type User = 'admin' | 'restricted';

interface Layout {
  readonly folder: string;
  readonly etcdUrl: string;
  readonly port: number;
  readonly tokens: Readonly<Record<User, string>>;
}

/** Starts etcd and the API server on loopback and waits until it is ready, RBAC's own roles included. */
export async function startCluster(world: World): Promise<Cluster> {
  const layout = await layOut(world);
  await startEtcd(world, layout);
  let apiServer = startApiServerProgram(world, layout);
  await untilAnswers(layout, apiServer);

  const kubeconfigFor = (user: User, token = layout.tokens[user]) =>
    writeKubeconfig(join(layout.folder, `${user}.kubeconfig`), layout, token);
  return {
    kubeconfig: kubeconfigFor('admin'),
    kubeconfigFor,
    api: new KubeApi(accessOf(layout)),
    stopApiServer: async () => {
      await apiServer.stop('SIGKILL');
    },
    startApiServer: async () => {
      apiServer = startApiServerProgram(world, layout);
      await untilAnswers(layout, apiServer);
    },
    compactEtcd: () => compactEtcd(layout),
  };
}

async function layOut(world: World): Promise<Layout> {
  const folder = join(world.folder, 'cluster');
  mkdirSync(folder);
  const tokens = {
    admin: randomBytes(16).toString('hex'),
    restricted: randomBytes(16).toString('hex'),
  };
  const csv = [`${tokens.admin},admin,1,"system:masters"`, `${tokens.restricted},restricted,2`];
  writeFileSync(join(folder, 'tokens.csv'), `${csv.join('\n')}\n`);
  execFileSync('openssl', ['genrsa', '-out', join(folder, 'sa.key'), '2048'], { stdio: 'pipe' });
  const etcdUrl = `http://127.0.0.1:${await freePort()}`;
  return { folder, etcdUrl, port: await freePort(), tokens };
}

async function startEtcd(world: World, { folder, etcdUrl }: Layout): Promise<void> {
  const peerUrl = `http://127.0.0.1:${await freePort()}`;
  const etcd = startProgram(world, {
    name: 'etcd',
    file: realPart('etcd'),
    args: [
      ...['--data-dir', join(folder, 'etcd'), '--unsafe-no-fsync'],
      ...['--listen-client-urls', etcdUrl, '--advertise-client-urls', etcdUrl],
      ...['--listen-peer-urls', peerUrl, '--initial-advertise-peer-urls', peerUrl],
      ...['--initial-cluster', `default=${peerUrl}`],
    ],
  });
  await untilReady('etcd answers', etcd, async () => (await fetch(`${etcdUrl}/health`)).ok);
}

/** By etcd's JSON gateway: https://etcd.io/docs/v3.4/dev-guide/api_grpc_gateway/ */
async function compactEtcd({ etcdUrl }: Layout): Promise<void> {
  const post = async (path: string, body: object) => {
    const answer = await fetch(`${etcdUrl}/v3/kv/${path}`, {
      method: 'POST',
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`etcd ${path}: ${answer.status} ${await answer.text()}`);
    return (await answer.json()) as { header: { revision: string } };
  };
  const { header } = await post('range', { key: Buffer.from('/').toString('base64'), limit: 1 });
  await post('compaction', { revision: header.revision, physical: true });
}

function startApiServerProgram(world: World, { folder, etcdUrl, port }: Layout): Program {
  return startProgram(world, {
    name: 'kube-apiserver',
    file: realPart('kubeApiserver'),
    args: [
      `--etcd-servers=${etcdUrl}`,
      `--secure-port=${port}`,
      '--bind-address=127.0.0.1',
      '--advertise-address=127.0.0.1',
      `--cert-dir=${join(folder, 'certs')}`,
      '--service-account-issuer=https://kubernetes.default.svc',
      `--service-account-key-file=${join(folder, 'sa.key')}`,
      `--service-account-signing-key-file=${join(folder, 'sa.key')}`,
      '--authorization-mode=RBAC',
      `--token-auth-file=${join(folder, 'tokens.csv')}`,
      '--service-cluster-ip-range=10.0.0.0/24',
      // Without a controller no namespace gets the ServiceAccount on which this plugin insists.
      '--disable-admission-plugins=ServiceAccount',
    ],
  });
}

async function untilAnswers(layout: Layout, apiServer: Program): Promise<void> {
  await untilReady('kube-apiserver is ready', apiServer, async () => {
    const { status } = await readiness(layout);
    return status === 200;
  });
}

async function readiness(layout: Layout): Promise<{ readonly status: number }> {
  const { url, ca, token } = accessOf(layout);
  return sendHttps({ url: `${url}/readyz`, method: 'GET', ca, token });
}

function accessOf({ folder, port, tokens }: Layout) {
  const ca = readFileSync(join(folder, 'certs', 'apiserver.crt'), 'utf8');
  return { url: `https://127.0.0.1:${port}`, ca, token: tokens.admin };
}

/** A kubeconfig as JSON, which is YAML too. */
function writeKubeconfig(file: string, { folder, port }: Layout, token: string): string {
  const config = {
    apiVersion: 'v1',
    kind: 'Config',
    clusters: [
      {
        name: 'e2e',
        cluster: {
          server: `https://127.0.0.1:${port}`,
          'certificate-authority': join(folder, 'certs', 'apiserver.crt'),
        },
      },
    ],
    users: [{ name: 'e2e', user: { token } }],
    contexts: [{ name: 'e2e', context: { cluster: 'e2e', user: 'e2e' } }],
    'current-context': 'e2e',
  };
  writeFileSync(file, JSON.stringify(config), { mode: 0o600 });
  return file;
}
