import { type Example, resolved } from '../../api/documentation/contract.ts';
import {
  contract,
  type DocumentedOperation,
  operations,
} from '../support/documented-operations.ts';

/** A request that the contract allows, made of its own examples. */
export interface Sample {
  readonly operation: DocumentedOperation;
  readonly path: string;
  readonly body: unknown;
}

/** The operations under `/v1`, each with its first example. */
export const samples: readonly Sample[] = operations
  .filter(({ path }) => path.startsWith('/v1'))
  .map((operation) => ({
    operation,
    path: pathOf(operation),
    body: examplesOf(operation)[0],
  }));

/** Every example of an operation's request body. */
export function examplesOf({ requestBody }: DocumentedOperation): readonly unknown[] {
  const { examples = {} } = requestBody?.content['application/json'] ?? {};
  return Object.values(examples).map((example) => resolved<Example>(contract, example).value);
}

function pathOf({ path, parameters }: DocumentedOperation): string {
  const inPath = parameters.filter((parameter) => parameter.in === 'path');
  return inPath.reduce(
    (filled, { name, example }) => filled.replace(`{${name}}`, String(example)),
    path,
  );
}
