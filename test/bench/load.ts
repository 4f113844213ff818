import { Agent, request } from 'node:http';

/** One request, sent again and again; each answer of the right status holds a new certificate. */
export interface Load {
  readonly url: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body: string;
  readonly expectedStatus: number;
}

/** What a server managed in one slice of time. */
export interface Slice {
  readonly perSecond: number;
  /** The time within which 99 of 100 answers came. */
  readonly p99Ms: number;
}

const CONNECTIONS = 16;

/** Sends `load` over 16 kept-alive connections at once for `durationMs`; any other answer ends the run. */
export async function measureSlice(load: Load, durationMs: number): Promise<Slice> {
  const agent = new Agent({ keepAlive: true, maxSockets: CONNECTIONS });
  const latenciesMs: number[] = [];
  const start = performance.now();
  const client = async () => {
    for (let sent = start; sent - start < durationMs; ) {
      await post(load, agent);
      const answered = performance.now();
      latenciesMs.push(answered - sent);
      sent = answered;
    }
  };
  await Promise.all(Array.from({ length: CONNECTIONS }, client));
  const seconds = (performance.now() - start) / 1000;
  agent.destroy();
  const p99Ms = latenciesMs.toSorted((a, b) => a - b)[Math.floor(latenciesMs.length * 0.99)] ?? 0;
  return { perSecond: latenciesMs.length / seconds, p99Ms };
}

function post({ url, headers, body, expectedStatus }: Load, agent: Agent): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(url, {
      agent,
      method: 'POST',
      headers: {
        'content-type': 'application/json',
        'content-length': Buffer.byteLength(body),
        ...headers,
      },
    });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      const chunks: Buffer[] = [];
      incoming.on('data', (chunk: Buffer) => chunks.push(chunk));
      incoming.once('error', reject);
      incoming.once('end', () => {
        const text = Buffer.concat(chunks).toString('latin1');
        const isIssued =
          incoming.statusCode === expectedStatus && text.includes('BEGIN CERTIFICATE');
        if (isIssued) resolve();
        else reject(new Error(`${url} answered ${incoming.statusCode}: ${text.slice(0, 500)}`));
      });
    });
    outgoing.end(body);
  });
}
