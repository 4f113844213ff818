import assert from 'node:assert/strict';
import fc from 'fast-check';
import type { LeafRequest } from '../../../src/issuance/issue-leaf.ts';
import {
  hostileLeafRequest,
  hostileRequestParts,
  laxLeafRequest,
} from '../../support/hostile-leaf-requests.ts';
import {
  generalName,
  handMadeRequest,
  nameOf,
  type RequestParts,
} from '../../unit/x509/hand-made-request.ts';
import { constrainedAuthorities } from './constrained-authorities.ts';
import { api, type Departed, departedIn, way } from './issuing-world.ts';

/** Authorities that each forbid something else. */
export const authorityNames = await constrainedAuthorities();

/** Whom hostile requests ask, and for certificates of which kind. */
export const hostileRequest = fc
  .tuple(
    hostileLeafRequest('server', 'client', 'server-client', 'spiffe', 'narrow'),
    fc.constantFrom(...authorityNames),
  )
  .map(([request, authority]) => ({
    ...request,
    // A root is asked for as often as the requests have it.
    authority: request.authority === 'root' ? 'root' : authority,
  }));

/** The names, and mostly the subject, stand in the CSR alone. */
const byCsr = (
  { authority, profile, validity }: Partial<LeafRequest>,
  parts: RequestParts,
): object => ({
  ...{ authority, profile, csr: handMadeRequest(parts) },
  ...(validity === undefined ? {} : { validity }),
});

const csrAlone = fc.tuple(hostileRequest, hostileRequestParts).map((both) => byCsr(...both));
const subjectInCsr = fc
  .tuple(hostileRequest, hostileRequestParts)
  .map(([{ subject: _, ...request }, { subject = nameOf() }]) => ({
    ...request,
    ...byCsr(request, { subject }),
  }));
const namesInCsr = fc
  .tuple(hostileRequest, hostileRequestParts)
  .map(([{ subject = {}, ...request }, { names = [] }]) => ({
    ...{ subject },
    ...byCsr(request, { names }),
  }));
const twice = fc
  .tuple(hostileRequest, hostileRequestParts)
  .map(([request, { subject = nameOf() }]) => {
    const names = (request.dnsNames ?? []).map(generalName.dns);
    return { ...request, ...byCsr(request, { subject, names }) };
  });
const disagreeing = fc
  .tuple(hostileRequest, hostileRequestParts)
  .map(([request, parts]) => ({ ...request, ...byCsr(request, parts) }));
const csrAndBody = fc.oneof(subjectInCsr, namesInCsr, twice, disagreeing);
/** A body of POST /v1/certificates, in each of these ways. */
export const anyBody = fc.oneof(hostileRequest, csrAlone, csrAndBody);

/** A body by the profile that is another one today: what was granted yesterday. */
export const laxRequest = fc
  .tuple(laxLeafRequest, fc.constantFrom('issuing', 'issuing', ...authorityNames))
  .map(([request, authority]) => ({ ...request, authority, profile: 'narrow' }));

/** What everybody grants, yesterday and today. */
const honestRequest = fc.constantFrom('issuing', 'middle', 'lower', 'team').map((authority) => ({
  ...{ authority, profile: 'narrow', dnsNames: ['a.example.org'], validity: '1h' },
  subject: { organization: 'Example' },
}));

/** All of these, so that something leaves and most does not. */
export const anyRequest: fc.Arbitrary<Partial<LeafRequest>> = fc.oneof(
  { arbitrary: hostileRequest, weight: 2 },
  { arbitrary: laxRequest, weight: 2 },
  honestRequest,
);

async function post(body: object): Promise<readonly Departed[]> {
  return departedIn(await api.post('/v1/certificates', body));
}

interface Result {
  readonly status: number;
  readonly body: Departed;
}

function departedInResults(results: readonly Result[], count: number): readonly Departed[] {
  assert.equal(results.length, count);
  return results.flatMap(({ status, body }) =>
    departedIn({ status, text: JSON.stringify(body), json: <T>() => body as T }),
  );
}

const items = fc.array(anyBody, { minLength: 1, maxLength: 12 });
const BATCHES = 20;

/** POST /v1/certificates. */
export const single = {
  'in JSON': way(hostileRequest, post, 100),
  'by CSR': way(csrAlone, post, 100),
  'in JSON and by CSR': way(csrAndBody, post, 100),
};

/** POST /v1/certificates/batch. */
export const batch = {
  'as JSON': way(
    items,
    async (wanted) => {
      const reply = await api.post('/v1/certificates/batch', { items: wanted });
      assert.equal(reply.status, 200, reply.text);
      const { results } = reply.json<{ results: readonly Result[] }>();
      return departedInResults(results, wanted.length);
    },
    BATCHES,
  ),
  'as NDJSON': way(
    items,
    async (wanted) => {
      const text = wanted.map((item) => `${JSON.stringify(item)}\n`).join('');
      const contentType = 'application/x-ndjson';
      const reply = await api.call('POST', '/v1/certificates/batch', { text, contentType });
      assert.equal(reply.status, 200, reply.text);
      const results = reply.text.trimEnd().split('\n');
      return departedInResults(
        results.map((line) => JSON.parse(line) as Result),
        wanted.length,
      );
    },
    BATCHES,
  ),
};
