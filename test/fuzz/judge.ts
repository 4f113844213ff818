import assert from 'node:assert/strict';
import { checkExchange } from '../support/contract.ts';
import { faultsOf } from '../support/documented-operations.ts';
import type { HttpRequest } from './http-request.ts';
import type { RawAnswer } from './raw-connection.ts';

const PROBLEM = 'application/problem+json';
const PROBLEM_SCHEMA = { $ref: '#/components/schemas/Problem' };

/** The contract lists what is posted there; an authority may be called so, and is shown like any other. */
const AUTHORITY_OR_IMPORT = '/v1/authorities/import';

/**
 * Whatever was asked: no answer says that the service has failed, and every refusal has the form of all refusals, and
 * tells what is wrong.
 */
export function assertSound({ status, headers, body }: RawAnswer, isHead = false): void {
  const text = body.toString('utf8');
  const isBusy = status === 503 && headers['retry-after'] !== undefined;
  assert.ok(status < 500 || isBusy, `${status}: ${text}`);
  if (status < 400 || isHead) return;
  assert.equal(headers['content-type']?.split(';')[0], PROBLEM, text);
  const problem = JSON.parse(text) as { status: number; instance: string; detail?: string };
  assert.deepEqual(faultsOf(PROBLEM_SCHEMA, problem), [], text);
  assert.equal(problem.status, status, text);
  assert.equal(problem.instance, `urn:uuid:${headers['x-request-id']}`, text);
  assert.ok(problem.detail !== undefined, text);
}

/** An exchange in plain HTTP is one that the contract documents, whatever its path, query and body are. */
export function assertInContract({ method, target, body }: HttpRequest, answer: RawAnswer): void {
  const isImport = target.split('?')[0] === AUTHORITY_OR_IMPORT;
  if (!isPlainTarget(target) || (isImport && method !== 'POST')) return;
  checkExchange({
    listener: 'management',
    method,
    path: target,
    accept: 'application/json',
    requestContentType: 'application/json',
    requestBody: body,
    status: answer.status,
    responseHeaders: answer.headers,
    responseBody: answer.body,
  });
}

/** Whether every reader of URLs finds the same path in it. */
function isPlainTarget(target: string): boolean {
  const [path = ''] = target.split('?');
  if (path.startsWith('//') || !/^[\x21-\x7e]+$/.test(target) || target.includes('#')) return false;
  return (
    URL.canParse(target, 'http://localhost') &&
    new URL(target, 'http://localhost').pathname === path
  );
}
