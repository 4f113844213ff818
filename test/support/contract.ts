import assert from 'node:assert/strict';
import { isUtf8 } from 'node:buffer';
import type { Response, Schema } from '../../api/documentation/contract.ts';
import { isBeyondSchema, type Place } from './beyond-schema.ts';
import {
  type DocumentedOperation,
  faultsOf,
  headersOf,
  operationsAt,
  pathParametersOf,
  requestSchemaOf,
} from './documented-operations.ts';
import { type Exchange, mediaTypeOf, urlOf } from './exchange.ts';

/** What every problem has, and its members at fault. */
interface Problem {
  readonly type: string;
  readonly status: number;
  readonly code?: string;
  readonly instance: string;
  readonly errors?: readonly Place[];
}

const PROBLEM = 'application/problem+json';
const NDJSON = 'application/x-ndjson';
const PROBLEM_SCHEMA: Schema = { $ref: '#/components/schemas/Problem' };

/**
 * Holds an exchange against `openapi.yaml`, both ways.
 *
 * The answer is one that the contract documents. A request that was understood has the form that the
 * contract states; one that was called malformed has not, and each fault named is in the request.
 */
export function checkExchange(exchange: Exchange): void {
  const { pathname } = urlOf(exchange);
  const candidates = operationsAt(exchange.listener, pathname);
  // RFC 9110 §9.3.2: HEAD is GET without the body.
  const method = exchange.method.replace('HEAD', 'GET').toLowerCase();
  const operation = candidates.find((one) => one.method === method);
  if (!operation) {
    checkUndocumented(exchange, candidates);
    return;
  }
  const response = operation.responses[exchange.status];
  const name = `${operation.operationId}: ${exchange.status}`;
  assert.ok(response, `${name} is not documented: ${exchange.responseBody.toString('utf8')}`);
  checkHeaders(exchange, response, name);
  if (exchange.method !== 'HEAD') checkBody(exchange, response, name);
  checkRequest(exchange, operation, name);
}

function isDecodable(path: string): boolean {
  try {
    decodeURIComponent(path);
    return true;
  } catch {
    return false;
  }
}

/** What the contract says in words of paths and methods that it does not list. */
function checkUndocumented(exchange: Exchange, candidates: readonly DocumentedOperation[]): void {
  const { status, responseHeaders } = exchange;
  const name = `${exchange.method} ${exchange.path}: ${status}`;
  const isSecured = urlOf(exchange).pathname.startsWith('/v1');
  // What cannot be decoded is no path, whatever the method.
  const isPath = isDecodable(urlOf(exchange).pathname);
  const expected = candidates.length > 0 ? 405 : 404;
  const isExpected = status === expected || (!isPath && status === 400);
  assert.ok(isExpected || (isSecured && status === 401), name);
  if (exchange.method === 'HEAD') return;
  const problem = checkProblem(exchange, PROBLEM_SCHEMA, name);
  const codes = {
    ...{ 400: 'request-malformed', 401: 'unauthenticated' },
    ...{ 404: 'route-unknown', 405: 'method-not-allowed' },
  };
  assert.equal(problem.code, codes[status], name);
  if (status !== 405) return;
  const allowed = (responseHeaders['allow'] ?? '').split(/, */).filter((one) => one !== 'HEAD');
  const documented = candidates.map(({ method }) => method.toUpperCase());
  assert.deepEqual(allowed.toSorted(), documented.toSorted(), `${name}: Allow`);
}

function checkHeaders(exchange: Exchange, response: Response, name: string): void {
  for (const [header, { schema, required }] of Object.entries(headersOf(response))) {
    const value = exchange.responseHeaders[header.toLowerCase()];
    assert.ok(value !== undefined || !required, `${name}: without ${header}`);
    if (value !== undefined) assert.deepEqual(faultsOf(schema, value), [], `${name}: ${header}`);
  }
}

function checkBody(exchange: Exchange, response: Response, name: string): void {
  const { content } = response;
  if (!content) {
    assert.equal(exchange.responseBody.length, 0, `${name}: has a body`);
    return;
  }
  const mediaType = mediaTypeOf(exchange.responseHeaders['content-type']);
  const documented = content[mediaType];
  assert.ok(documented, `${name}: ${mediaType} is not documented`);
  if (mediaType === PROBLEM) {
    checkProblem(exchange, documented.schema, name);
    return;
  }
  const text = exchange.responseBody.toString('utf8');
  const value: unknown = mediaType === 'application/json' ? JSON.parse(text) : text;
  const isBinary = documented.schema.$ref?.endsWith('/Binary') === true;
  assert.ok(text !== '' || !isBinary, `${name}: the body is empty`);
  assert.deepEqual(faultsOf(documented.schema, value), [], `${name}: ${text.slice(0, 2_000)}`);
}

function checkProblem(exchange: Exchange, schema: Schema, name: string): Problem {
  const { responseHeaders, responseBody, status } = exchange;
  assert.equal(mediaTypeOf(responseHeaders['content-type']), PROBLEM, name);
  const text = responseBody.toString('utf8');
  const problem = JSON.parse(text) as Problem;
  assert.deepEqual(faultsOf(schema, problem), [], `${name}: ${text}`);
  assert.equal(problem.status, status, name);
  assert.equal(problem.type, problem.code ? `/problems/${problem.code}` : 'about:blank', name);
  assert.equal(problem.instance, `urn:uuid:${responseHeaders['x-request-id']}`, name);
  return problem;
}

/** Whether the service and the contract agree on the form of the request. */
function checkRequest(exchange: Exchange, operation: DocumentedOperation, name: string): void {
  const { status, responseBody } = exchange;
  const isUnderstood = status < 400 || status === 422;
  if (!isUnderstood && (status !== 400 || exchange.method === 'HEAD')) return;
  const faults = requestFaults(exchange, operation);
  if (isUnderstood) {
    assert.deepEqual(faults, [], `${name}, but the contract refuses the request`);
    return;
  }
  const { errors = [] } = JSON.parse(responseBody.toString('utf8')) as Problem;
  const isBeyond = errors.some((error) => isBeyondSchema(error, exchange, operation));
  const isExplained = faults.length > 0 || isBeyond;
  assert.ok(isExplained, `${name}, but the contract allows ${exchange.requestBody}`);
  for (const error of errors) checkPlace(error, exchange, operation);
}

/** Everything in which a request is not of the form that the contract states. */
function requestFaults(exchange: Exchange, operation: DocumentedOperation): readonly string[] {
  return [
    ...parameterFaults(exchange, operation),
    ...queryFaults(exchange, operation),
    ...bodyFaults(exchange, operation),
    ...keyFaults(exchange, operation),
  ];
}

function parameterFaults(exchange: Exchange, { path, parameters }: DocumentedOperation) {
  const url = urlOf(exchange);
  const inPath = pathParametersOf(path, url.pathname) ?? {};
  return parameters.flatMap(({ name, in: place, required, schema }) => {
    const given = { path: inPath[name], header: exchange.idempotencyKey };
    const text = place === 'query' ? url.searchParams.get(name) : given[place as 'path' | 'header'];
    if (text === undefined || text === null) return required ? [`${name} is absent`] : [];
    const isWhole = schema.type === 'integer' && /^(0|[1-9]\d*)$/.test(text);
    return faultsOf(schema, isWhole ? Number(text) : text).map((fault) => `${name}:${fault}`);
  });
}

function queryFaults(exchange: Exchange, { parameters }: DocumentedOperation) {
  const names = [...urlOf(exchange).searchParams.keys()];
  const known = parameters.filter((one) => one.in === 'query').map(({ name }) => name);
  const unknown = names.filter((name) => !known.includes(name));
  const repeated = names.filter((name, index) => names.indexOf(name) !== index);
  return [...unknown, ...repeated].map((name) => `${name} is unknown, or there twice`);
}

/** Whether a key comes where the contract takes none. */
function keyFaults(exchange: Exchange, { method, parameters }: DocumentedOperation) {
  if (method !== 'post' || exchange.idempotencyKey === undefined) return [];
  const isLines = mediaTypeOf(exchange.requestContentType) === NDJSON;
  const isTaken = !isLines && parameters.some((one) => one.in === 'header');
  return isTaken ? [] : ['an Idempotency-Key is not honoured here'];
}

function bodyFaults({ requestBody, requestContentType }: Exchange, operation: DocumentedOperation) {
  const isLines = mediaTypeOf(requestContentType) === NDJSON;
  const schema = requestSchemaOf(operation, isLines ? NDJSON : undefined);
  if (!schema) return [];
  if (requestBody === undefined || requestBody.length === 0) {
    return operation.requestBody?.required ? ['the body is absent'] : [];
  }
  // Every line is judged by itself.
  if (isLines) return [];
  // RFC 8259 §8.1: JSON between systems is UTF-8.
  if (!isUtf8(requestBody)) return ['the body is not UTF-8'];
  try {
    return faultsOf(schema, JSON.parse(requestBody.toString('utf8')));
  } catch (error) {
    if (error instanceof SyntaxError) return [error.message];
    throw error;
  }
}

/** A fault must be where the request has something, or lacks something of what it has. */
function checkPlace(
  { pointer, parameter }: Place,
  exchange: Exchange,
  { parameters }: DocumentedOperation,
): void {
  if (parameter !== undefined) {
    const isKnown = parameters.some(({ name }) => name === parameter);
    assert.ok(isKnown || urlOf(exchange).searchParams.has(parameter), `no parameter ${parameter}`);
    return;
  }
  if (pointer === undefined || pointer === '') return;
  const names = pointer.split('/').slice(1, -1);
  const parent = names.reduce<unknown>(
    (node, name) => {
      const key = name.replaceAll('~1', '/').replaceAll('~0', '~');
      return (node as Readonly<Record<string, unknown>> | undefined)?.[key];
    },
    JSON.parse(exchange.requestBody?.toString('utf8') ?? 'null'),
  );
  assert.equal(typeof parent, 'object', `${pointer} leads nowhere in ${exchange.requestBody}`);
}
