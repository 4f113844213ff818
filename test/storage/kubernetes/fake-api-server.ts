import { execFileSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import {
  createServer,
  type IncomingHttpHeaders,
  type RequestListener,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { TestContext } from 'node:test';

/** One request as it arrived. */
export interface Received {
  readonly method: string;
  readonly url: URL;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** What comes back: JSON, a text of another media type, or no answer at all. */
export type Reply =
  | {
      readonly status: number;
      readonly json: unknown;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | { readonly status: number; readonly html: string }
  | 'hang'
  | 'reset';

/** Speaks as much of the Kubernetes API as a test scripts; the real server is for `test:e2e`. */
export interface FakeApiServer {
  readonly kubeconfig: string;
  readonly url: string;
  readonly requests: readonly Received[];
  readonly stop: () => Promise<void>;
}

/** As long as a real one, and as secret. */
export const TOKEN = 'c2VjcmV0'.repeat(12);

/** A folder that is gone after the test. */
export function temporaryFolder(t: TestContext): string {
  const folder = mkdtempSync(join(tmpdir(), 'certwright-kubernetes-'));
  t.after(() => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Answers every request on loopback with what `answer` says, until the test ends. */
export async function startFakeApiServer(
  t: TestContext,
  answer: (request: Received) => Reply,
): Promise<FakeApiServer> {
  const requests: Received[] = [];
  const server = createServer(answering(answer, requests));
  const url = `http://127.0.0.1:${await listen(t, server)}`;
  const kubeconfig = join(temporaryFolder(t), 'config');
  writeFileSync(kubeconfig, kubeconfigOf(url, { token: TOKEN }));
  return { kubeconfig, url, requests, stop: () => stop(server) };
}

/** A request listener that keeps what it got. */
export function answering(
  answer: (request: Received) => Reply,
  requests: Received[],
): RequestListener {
  return (incoming, outgoing) => {
    const { method = '', headers } = incoming;
    const url = new URL(incoming.url ?? '', 'http://fake');
    const chunks: Buffer[] = [];
    incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
    incoming.on('end', () => {
      const received = { method, url, headers, body: Buffer.concat(chunks).toString() };
      requests.push(received);
      send(answer(received), outgoing);
    });
  };
}

function send(reply: Reply, outgoing: ServerResponse): void {
  if (reply === 'hang') return;
  if (reply === 'reset') {
    outgoing.socket?.resetAndDestroy();
    return;
  }
  const isJson = 'json' in reply;
  const headers = isJson ? reply.headers : {};
  const type = isJson ? 'application/json' : 'text/html';
  outgoing.writeHead(reply.status, { 'content-type': type, ...headers });
  outgoing.end(isJson ? JSON.stringify(reply.json) : reply.html);
}

/** Listens on a free loopback port; the test's end cuts off whoever is still connected. */
export async function listen(t: TestContext, server: Server): Promise<number> {
  await new Promise<void>((resolve) => {
    server.listen(0, '127.0.0.1', resolve);
  });
  t.after(() => stop(server));
  return (server.address() as AddressInfo).port;
}

async function stop(server: Server): Promise<void> {
  await new Promise((resolve) => {
    server.close(resolve);
    server.closeAllConnections();
  });
}

/** One context, `fake`, in JSON, which is YAML; plain HTTP is only taken with TLS checks off. */
export function kubeconfigOf(server: string, user: object, name = 'fake'): string {
  return JSON.stringify({
    clusters: [{ name, cluster: { server, 'insecure-skip-tls-verify': true } }],
    users: [{ name, user }],
    contexts: [{ name, context: { cluster: name, user: name } }],
    'current-context': name,
  });
}

/** A refusal in the API server's form. */
export function refusal(
  code: number,
  reason: string,
  message: string,
  details: object = {},
  headers: Readonly<Record<string, string>> = {},
): Reply {
  const json = {
    kind: 'Status',
    apiVersion: 'v1',
    status: 'Failure',
    code,
    reason,
    message,
    details,
  };
  return { status: code, json, headers };
}

/** What the API server answers where there is no such Secret. */
export const notFound = refusal(404, 'NotFound', 'secrets "web" not found', {
  name: 'web',
  kind: 'secrets',
});

/** The header by which a request says who asks. */
export function authorizationOf(request: Received | undefined): string | undefined {
  return request?.headers.authorization;
}

/** A server's key and certificate for loopback, also left in `folder` as `tls.key` and `ca.crt`. */
export function selfSigned(folder: string): { key: Buffer; cert: Buffer } {
  const [key, cert] = [join(folder, 'tls.key'), join(folder, 'ca.crt')];
  const subject = ['-subj', '/CN=fake', '-addext', 'subjectAltName=IP:127.0.0.1'];
  const algorithm = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-256', '-noenc'];
  const output = ['-keyout', key, '-out', cert, '-days', '2'];
  execFileSync('openssl', ['req', '-x509', ...algorithm, ...subject, ...output], { stdio: 'pipe' });
  return { key: readFileSync(key), cert: readFileSync(cert) };
}
