import { X509Certificate } from 'node:crypto';
import { connect, type TLSSocket } from 'node:tls';

/** Whom to ask for, and what to show. */
export interface VisitOptions {
  readonly host: string;
  /** PEM of what the server's certificate must lead to; without it nothing can be verified. */
  readonly ca?: string | Buffer;
  /** The client's certificate, its path included. */
  readonly certificate?: string;
  readonly privateKey?: string;
}

/** How one visit went, whether it went well or not. */
export interface Visit {
  /** Of the server's leaf, lower-case hexadecimal; absent where the handshake sent none. */
  readonly serialNumber?: string;
  /** Whether the server's path led to `ca` and its leaf names `host`. */
  readonly isVerified: boolean;
  readonly verifyError?: string;
  /** Of the HTTP answer. */
  readonly status?: number;
  readonly body: string;
  /** The server's TLS alert, or the error of the connection, in the words of OpenSSL or Node. */
  readonly refusal?: string;
}

const TIMEOUT_MS = 5_000;

/**
 * Makes one connection to a port on loopback, asks for `/` and reads the whole answer.
 *
 * It must read: in TLS 1.3 the client's own handshake is done before the server has judged the
 * client's certificate, so a refusal arrives as an alert on an open connection (RFC 8446 §4.4.2.4).
 */
export function visit(port: number, options: VisitOptions): Promise<Visit> {
  const { host, ca, certificate, privateKey } = options;
  const socket = connect({
    port,
    host: '127.0.0.1',
    servername: host,
    rejectUnauthorized: false,
    timeout: TIMEOUT_MS,
    ...(ca === undefined ? {} : { ca }),
    ...(certificate === undefined ? {} : { cert: certificate }),
    ...(privateKey === undefined ? {} : { key: privateKey }),
  });
  return new Promise((resolve) => {
    let seen: Pick<Visit, 'serialNumber' | 'isVerified' | 'verifyError'> = { isVerified: false };
    let text = '';
    let refusal: string | undefined;
    socket.setEncoding('utf8');
    socket.once('secureConnect', () => {
      seen = whatWasServed(socket);
      socket.write(`GET / HTTP/1.1\r\nHost: ${host}\r\nConnection: close\r\n\r\n`);
    });
    socket.on('data', (chunk: string) => {
      text += chunk;
      if (isWhole(text)) socket.end();
    });
    socket.once('timeout', () => socket.destroy(new Error('timeout')));
    socket.once('error', (error: Error & { readonly code?: string; readonly reason?: string }) => {
      refusal = error.reason ?? error.code ?? error.message;
    });
    socket.once('close', () => {
      resolve({ ...seen, ...httpAnswer(text), ...(refusal === undefined ? {} : { refusal }) });
    });
  });
}

function whatWasServed(socket: TLSSocket) {
  const { raw } = socket.getPeerCertificate();
  // Node gives an Error, although its types say so only in part.
  const error = socket.authorizationError as Error | string | null | undefined;
  return {
    serialNumber: new X509Certificate(raw).serialNumber.toLowerCase(),
    isVerified: socket.authorized,
    ...(error ? { verifyError: error instanceof Error ? error.message : error } : {}),
  };
}

/** Envoy leaves the closing to the client for a second, so the client must know the end when it sees it. */
function isWhole(text: string): boolean {
  const [head = '', body] = text.split('\r\n\r\n', 2);
  const length = /^content-length: (\d+)/im.exec(head)?.[1];
  return body !== undefined && length !== undefined && body.length >= Number(length);
}

function httpAnswer(text: string): Pick<Visit, 'status' | 'body'> {
  const [head = '', body = ''] = text.split('\r\n\r\n', 2);
  const status = /^HTTP\/1\.1 (\d{3})/.exec(head)?.[1];
  return { body, ...(status === undefined ? {} : { status: Number(status) }) };
}
