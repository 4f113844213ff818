import assert from 'node:assert/strict';
import { readdirSync, readFileSync } from 'node:fs';
import { describe, it } from 'node:test';
import type { Express } from 'express';
import { type Content, type Example, resolved } from '../../api/documentation/contract.ts';
import { startApi } from '../support/api.ts';
import {
  compileEverySchema,
  contract,
  type DocumentedOperation,
  faultsOf,
  operations,
} from '../support/documented-operations.ts';
import { samples } from './samples.ts';

/** What Express keeps of a route or of a router below another one. */
interface Layer {
  readonly route?: { readonly path: string; readonly methods: Readonly<Record<string, boolean>> };
  readonly handle: { readonly stack?: readonly Layer[] };
  /** The text with which a router is mounted. */
  readonly rawPath: string;
}

const { api, apps } = await startApi();

/** `GET /v1/authorities/{name}` and so on, for every route that an application has. */
function routesOf(app: Express): readonly string[] {
  return routesIn((app.router as unknown as { readonly stack: readonly Layer[] }).stack, '');
}

function routesIn(stack: readonly Layer[], mount: string): readonly string[] {
  return stack.flatMap((layer) => {
    if (layer.route) {
      const path = mount + layer.route.path.replaceAll(/:(\w+)/g, '{$1}');
      const methods = Object.keys(layer.route.methods).filter((method) => method !== '_all');
      return methods.map((method) => `${method.toUpperCase()} ${path}`);
    }
    const below = layer.rawPath === '/' ? mount : mount + layer.rawPath;
    return routesIn(layer.handle.stack ?? [], below);
  });
}

function nameOf({ method, path }: DocumentedOperation): string {
  return `${method.toUpperCase()} ${path}`;
}

describe('openapi.yaml', () => {
  it('has schemas that are all valid', () => {
    assert.ok(compileEverySchema() > 0);
  });

  it('has an example of every JSON body, and each keeps its schema', () => {
    for (const [name, content] of operations.flatMap(jsonContentsOf)) {
      const values = examplesIn(content);
      assert.ok(values.length > 0, name);
      for (const value of values) assert.deepEqual(faultsOf(content.schema, value), [], name);
    }
  });

  it('has no key in its examples', () => {
    const keys = /-----BEGIN [A-Z ]*PRIVATE KEY-----\\n[^…]{8}/;
    assert.doesNotMatch(JSON.stringify(contract), keys);
  });
});

/** Every JSON body of an operation, with a name for it. */
function jsonContentsOf(operation: DocumentedOperation): readonly (readonly [string, Content])[] {
  const { requestBody, responses } = operation;
  const bodies = [requestBody?.content, ...Object.values(responses).map(({ content }) => content)];
  return bodies.flatMap((content = {}) =>
    Object.entries(content)
      .filter(([mediaType]) => mediaType.endsWith('json'))
      .map(([mediaType, one]) => [`${nameOf(operation)}: ${mediaType}`, one] as const),
  );
}

function examplesIn({ example, examples = {} }: Content): readonly unknown[] {
  const named = Object.values(examples).map((one) => resolved<Example>(contract, one).value);
  return example === undefined ? named : [example, ...named];
}

describe('the routes', () => {
  for (const listener of ['management', 'distribution'] as const) {
    it(`of the ${listener} listener are those that the contract has, and no others`, () => {
      const documented = operations.filter((operation) => operation.listener === listener);
      const routes = routesOf(apps[listener]);
      assert.deepEqual(routes.toSorted(), documented.map(nameOf).toSorted());
    });
  }

  for (const { operation, path, body } of samples) {
    it(`answer the contract's example of ${operation.operationId}`, async () => {
      const reply = await api.call(operation.method.toUpperCase(), path, { body });
      assert.doesNotMatch(reply.text, /"code":"(route-unknown|method-not-allowed)"/);
    });
  }
});

describe('the tests of the API', () => {
  const here = new URL('.', import.meta.url);
  const sources = readdirSync(here)
    .filter((name) => name.endsWith('.test.ts'))
    .map((name) => readFileSync(new URL(name, here), 'utf8'));

  /** The statuses in the titles of what is described as `subject`. */
  const statusesUnder = (isSubject: (title: string) => boolean) =>
    sources.flatMap((source) =>
      source
        .split(/\bdescribe\(\s*/)
        .filter((part) => isSubject(/^[`']([^`']*)/.exec(part)?.[1] ?? ''))
        .flatMap((part) => [...part.matchAll(/['`](\d{3}): /g)].map(([, status]) => status)),
    );

  for (const operation of operations) {
    it(`show each status that ${nameOf(operation)} documents`, () => {
      const isOwn = (title: string) =>
        title.split(/[ ,]/).slice(0, 2).join(' ') === nameOf(operation);
      const isForAll = (title: string) => title.includes('operation.path');
      const shown = new Set([
        ...statusesUnder(isOwn),
        ...(operation.path.startsWith('/v1') ? statusesUnder(isForAll) : []),
      ]);
      const missing = Object.keys(operation.responses).filter((status) => !shown.has(status));
      assert.deepEqual(missing, []);
    });
  }
});
