import assert from 'node:assert/strict';
import { createHash } from 'node:crypto';
import { describe, it } from 'node:test';
import { contractPage } from '../../api/documentation/contract-page.ts';
import { problemKinds } from '../../api/problem-kinds.ts';
import { startApi } from '../support/api.ts';
import { contract, openapiYaml, operations } from '../support/documented-operations.ts';

const { api } = await startApi();
const OPEN = { token: null };

/** What a page would fetch, run or send. */
const LOADS = /<(script|link|img|iframe|object|embed|form|base)\b|\bsrc=|\burl\(|@import|\bon\w+=/i;

function assertStandsAlone(text: string, policy = ''): void {
  assert.doesNotMatch(text, LOADS);
  const [, style = ''] = /<style>([\s\S]*?)<\/style>/.exec(text) ?? [];
  const hash = createHash('sha256').update(style).digest('base64');
  assert.ok(policy.startsWith(`default-src 'none'; style-src 'sha256-${hash}';`), policy);
}

describe('GET /openapi.yaml', () => {
  it('200: the contract as it is in the repository, for everybody', async () => {
    const reply = await api.get('/openapi.yaml', OPEN);
    assert.match(reply.headers['content-type'] ?? '', /^application\/yaml\b/);
    assert.equal(reply.text, openapiYaml);
  });
});

describe('GET /docs', () => {
  it('200: one page that loads nothing, for everybody', async () => {
    const reply = await api.get('/docs', OPEN);
    assertStandsAlone(reply.text, reply.headers['content-security-policy']);
    assert.deepEqual(reply.text.match(/href="[^#][^"]*"/g), ['href="/openapi.yaml"']);
  });

  it('200: shows every operation, every schema, and leads nowhere that is not there', async () => {
    const { text } = await api.get('/docs', OPEN);
    for (const { operationId, summary } of operations) {
      assert.ok(text.includes(`<article id="${operationId}">`), operationId);
      assert.ok(text.includes(summary.replaceAll("'", '&#39;')), summary);
    }
    const anchors = new Set([...text.matchAll(/ id="([^"]+)"/g)].map(([, id]) => id));
    for (const name of Object.keys(contract.components.schemas)) {
      assert.ok(anchors.has(`schema-${name}`), name);
    }
    for (const [, anchor] of text.matchAll(/href="#([^"]+)"/g))
      assert.ok(anchors.has(anchor), anchor);
  });

  it('200: whatever the contract says is text on the page, never markup', () => {
    const hostile = '<img src=x onerror="alert(1)">&\'';
    const replaceStrings = (value: unknown): unknown => {
      if (typeof value === 'string') return hostile;
      if (Array.isArray(value)) return (value as unknown[]).map(replaceStrings);
      if (typeof value !== 'object' || value === null) return value;
      const entries = Object.entries(value as Record<string, unknown>).map(([name, member]) =>
        name === '$ref' || name === 'tags' ? [name, member] : [name, replaceStrings(member)],
      );
      return Object.fromEntries(entries);
    };
    const page = contractPage(replaceStrings(contract) as typeof contract);
    assert.ok(page.includes('&lt;img src=x onerror=&quot;alert(1)&quot;&gt;&amp;&#39;'));
    assert.ok(!page.includes('<img'));
  });
});

describe('GET /problems/{code}', () => {
  for (const [code, { title, status }] of Object.entries(problemKinds)) {
    it(`200: explains ${code}`, async () => {
      const reply = await api.get(`/problems/${code}`, OPEN);
      assertStandsAlone(reply.text, reply.headers['content-security-policy']);
      assert.ok(reply.text.includes(`<h1>${title.replaceAll("'", '&#39;')}</h1>`));
      assert.ok(reply.text.includes(`status ${status}`));
    });
  }

  it('200: the closed list of codes is the one of the contract', () => {
    const { enum: codes = [] } = contract.components.schemas['ProblemCode'] ?? {};
    assert.deepEqual(Object.keys(problemKinds).toSorted(), codes.toSorted());
  });

  it('400: a path that cannot be decoded', async () => {
    assert.equal((await api.get('/problems/%', OPEN)).status, 400);
  });

  it('404: a code that there is not', async () => {
    for (const code of ['teapot', 'constructor', '__proto__', 'a%2fb']) {
      const reply = await api.get(`/problems/${code}`, OPEN);
      assert.equal(reply.json<{ code: string }>().code, 'route-unknown');
    }
  });
});
