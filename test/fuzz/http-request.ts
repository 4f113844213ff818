/** A request as it goes over the wire. */
export interface HttpRequest {
  readonly method: string;
  /** With the query, as it stands in the request line. */
  readonly target: string;
  readonly headers: readonly Header[];
  /** Absent: a request without a body. */
  readonly body?: Buffer;
}

export type Header = readonly [name: string, value: string];

/** What stands for the placeholders at one running service. */
export interface Known {
  readonly token: string;
  /** The serial number of a certificate whose private key is stored. */
  readonly stored: string;
}

/** Stand for those in cases, which are made before there is a service; the latter is as long as what it stands for. */
export const TOKEN = '{token}';
export const STORED = 'STORED-CERTIFICATE-SERIAL-NUMBER';

/** What every honest client sends. */
export const PLAIN: readonly Header[] = [
  ['Host', 'localhost'],
  ['Authorization', `Bearer ${TOKEN}`],
  ['Content-Type', 'application/json'],
  ['Accept', 'application/json'],
];

/** A path as the contract's examples have it, for a certificate that exists. */
export function pathForStored(path: string): string {
  return path.replace(/[0-9a-f]{32}/, STORED);
}

/** A request as octets, placeholders and all; its body in chunks of these sizes, if any. */
export function octetsOf(request: HttpRequest, chunkSizes: readonly number[] = []): Buffer {
  const { method, target, headers, body = Buffer.alloc(0) } = request;
  const isChunked = chunkSizes.length > 0;
  const framing = isChunked ? 'Transfer-Encoding: chunked' : `Content-Length: ${body.length}`;
  const lines = [
    `${method} ${target} HTTP/1.1`,
    ...headers.map(([name, value]) => `${name}: ${value}`),
    ...(request.body ? [framing] : []),
  ];
  const head = Buffer.from(`${lines.join('\r\n')}\r\n\r\n`);
  return Buffer.concat([head, request.body && isChunked ? inChunks(body, chunkSizes) : body]);
}

/** The octets for one service. */
export function addressed(octets: Buffer, { token, stored }: Known): Buffer {
  const text = octets.toString('latin1');
  return Buffer.from(text.replaceAll(TOKEN, token).replaceAll(STORED, stored), 'latin1');
}

function inChunks(body: Buffer, sizes: readonly number[]): Buffer {
  const pieces: Buffer[] = [];
  for (let at = 0, turn = 0; at < body.length; turn += 1) {
    const chunk = body.subarray(at, at + (sizes[turn % sizes.length] ?? body.length));
    pieces.push(Buffer.from(`${chunk.length.toString(16)}\r\n`), chunk, Buffer.from('\r\n'));
    at += chunk.length;
  }
  return Buffer.concat([...pieces, Buffer.from('0\r\n\r\n')]);
}
