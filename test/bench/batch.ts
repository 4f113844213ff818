import { availableParallelism } from 'node:os';
import { underLoad, withServers } from './authority-server.ts';
import type { Bench } from './bench.ts';
import type { Requested } from './certification-requests.ts';
import { type Certwright, certwright, signBody } from './certwright.ts';
import { compare } from './comparison.ts';
import { assertIssued } from './issued.ts';
import { type Line, ratioLine } from './line.ts';
import type { Load } from './load.ts';
import { rawCrypto } from './raw-crypto.ts';

const BATCH_SIZE = 1_000;
/** Of what the cores could do if they did nothing but verify and sign. */
const GOAL = 0.6;
const WORK = 'batch of 1,000 CSRs';

/** Many certificates a request: as many batches at once as there are cores, and one alone. */
export function batches({ requests, schedule, newFolder }: Bench): Promise<Line[]> {
  return withServers(async (begin) => {
    const ours = await begin(certwright(newFolder('batch'), requests, { tls: 'off' }));
    const load = batchLoad(ours, requests);
    const cores = availableParallelism();
    const results = await compare(
      {
        'one a core': underLoad(load, cores),
        'one alone': underLoad(load, 1),
        'raw verify and sign': rawCrypto(),
      },
      schedule,
    );
    const raw = results['raw verify and sign'];
    return [
      ratioLine(`${WORK}, one a core`, results['one a core'], raw, GOAL),
      ratioLine(`${WORK}, one alone`, results['one alone'], raw),
    ];
  });
}

function batchLoad(
  { management, headers, recorded }: Certwright,
  requests: readonly Requested[],
): Load {
  const count = Math.floor(requests.length / BATCH_SIZE);
  const chunks = Array.from({ length: count }, (_, index) =>
    requests.slice(index * BATCH_SIZE, (index + 1) * BATCH_SIZE),
  );
  return {
    url: `${management}/v1/certificates/batch`,
    headers,
    recorded,
    certificatesPerAnswer: BATCH_SIZE,
    expectedStatus: 200,
    bodies: chunks.map((chunk) => JSON.stringify({ items: chunk.map(({ csr }) => signBody(csr)) })),
    assertAnswers: (answer, index) => assertBatchIssued(answer as Answer, chunks[index] ?? []),
  };
}

/** The members of an answer that are looked at. */
interface Answer {
  readonly results: readonly { readonly body: { readonly certificate: string } }[];
}

function assertBatchIssued({ results }: Answer, requests: readonly Requested[]): void {
  if (results.length !== requests.length) {
    throw new Error(`${results.length} results for ${requests.length} CSRs`);
  }
  for (const [index, { body }] of results.entries())
    assertIssued(body.certificate, requests[index]);
}
