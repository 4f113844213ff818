import assert from 'node:assert/strict';
import type { Reply } from '../support/api-client.ts';
import { faultsOf } from '../support/documented-operations.ts';
import type { CertificateJson, ProblemJson } from './certificates-on-the-wire.ts';

/** The media type of a stream of items. */
export const LINES = 'application/x-ndjson';
const RESULT_SCHEMA = { $ref: '#/components/schemas/CertificateBatchResult' };

export interface Result {
  readonly status: number;
  readonly body: CertificateJson & ProblemJson;
}

/** The results of a stream, each as the contract has it. */
export function linesIn(reply: Reply): readonly Result[] {
  assert.equal(reply.status, 200, reply.text);
  assert.equal(reply.headers['content-type'], LINES);
  assert.ok(reply.text.endsWith('\n'));
  const lines = reply.text.slice(0, -1).split('\n');
  return lines.map((line) => {
    const result = JSON.parse(line) as Result;
    assert.deepEqual(faultsOf(RESULT_SCHEMA, result), [], line);
    return result;
  });
}

export function statusesOf(results: readonly Result[]): readonly number[] {
  return results.map(({ status }) => status);
}
