import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { isIPv4, isIPv6 } from 'node:net';
import { Ajv2020, type ErrorObject, type ValidateFunction } from 'ajv/dist/2020.js';
import addFormatsModule from 'ajv-formats';
import {
  type Content,
  type Header,
  METHODS,
  type Method,
  type Operation,
  type Parameter,
  parseContract,
  type Response,
  resolved,
  type Schema,
} from '../../api/documentation/contract.ts';

/** The published text, as `main.ts` serves it. */
export const openapiYaml = readFileSync(new URL('../../openapi.yaml', import.meta.url), 'utf8');
export const contract = parseContract(openapiYaml);

/** Paths with servers of their own are those of the other listener. */
export type Listener = 'management' | 'distribution';

/** An operation of the contract, its references followed. */
export interface DocumentedOperation extends Operation {
  readonly method: Method;
  readonly path: string;
  readonly listener: Listener;
  readonly parameters: readonly Parameter[];
  readonly responses: Readonly<Record<string, Response>>;
}

/** Everything that the contract offers, in its order. */
export const operations: readonly DocumentedOperation[] = Object.entries(contract.paths).flatMap(
  ([path, item]) =>
    METHODS.flatMap((method) => {
      const operation = item[method];
      if (!operation) return [];
      const parameters = [...(item.parameters ?? []), ...(operation.parameters ?? [])];
      const responses = Object.entries(operation.responses).map(
        ([status, response]) => [status, resolved<Response>(contract, response)] as const,
      );
      return [
        {
          ...operation,
          method,
          path,
          listener: item.servers ? 'distribution' : 'management',
          parameters: parameters.map((parameter) => resolved<Parameter>(contract, parameter)),
          responses: Object.fromEntries(responses),
        },
      ];
    }),
);

const ajv = new Ajv2020({
  allErrors: true,
  strict: true,
  strictTypes: false,
  strictRequired: false,
});
// The module is CommonJS, and its types speak of another interop than Node's.
(addFormatsModule as unknown as (ajv: Ajv2020) => void)(ajv);
ajv.addVocabulary(['components', 'discriminator']);
ajv.addFormat('cidr', isCidr);
const compiled = new Map<Schema, ValidateFunction>();

/** What is wrong with `value`, in words that begin with a JSON Pointer; empty when nothing is. */
export function faultsOf(schema: Schema, value: unknown): readonly string[] {
  const validate =
    compiled.get(schema) ?? ajv.compile({ ...schema, components: contract.components });
  compiled.set(schema, validate);
  if (validate(value)) return [];
  return (validate.errors ?? []).map(inWords);
}

function inWords({ instancePath, message, params }: ErrorObject): string {
  return `${instancePath} ${message} ${JSON.stringify(params)}`;
}

/** Compiles every schema that the contract has, named or not; a wrong one throws. */
export function compileEverySchema(): number {
  const contents = operations.flatMap(({ requestBody, responses }) => [
    ...Object.values(requestBody?.content ?? {}),
    ...Object.values(responses).flatMap(({ content = {} }) => Object.values(content)),
  ]);
  const headers = operations.flatMap(({ responses }) =>
    Object.values(responses).flatMap((response) => Object.values(headersOf(response))),
  );
  const schemas = [
    ...Object.values(contract.components.schemas),
    ...[...contents, ...headers].map(({ schema }) => schema),
    ...operations.flatMap(({ parameters }) => parameters.map(({ schema }) => schema)),
  ];
  for (const schema of schemas) faultsOf(schema, undefined);
  return schemas.length;
}

/** The headers that an answer may have, its references followed. */
export function headersOf({ headers = {} }: Response): Readonly<Record<string, Header>> {
  return Object.fromEntries(
    Object.entries(headers).map(([name, header]) => [name, resolved<Header>(contract, header)]),
  );
}

/** The schema of an operation's request body in JSON or another form; `undefined` where it takes none. */
export function requestSchemaOf(
  { requestBody }: Operation,
  mediaType = 'application/json',
): Schema | undefined {
  const content: Content | undefined = requestBody?.content[mediaType];
  return content?.schema;
}

/** The operations at a path of one listener; a path without parameters goes before one with them. */
export function operationsAt(listener: Listener, pathname: string): readonly DocumentedOperation[] {
  const ofListener = operations.filter((operation) => operation.listener === listener);
  const exact = ofListener.filter(({ path }) => path === pathname);
  if (exact.length > 0) return exact;
  return ofListener.filter(({ path }) => pathParametersOf(path, pathname) !== undefined);
}

/** The text of each `{parameter}` of `template` in `pathname`; `undefined` where they do not fit. */
export function pathParametersOf(
  template: string,
  pathname: string,
): Readonly<Record<string, string>> | undefined {
  const pattern = template.replaceAll(/[.]/g, '\\$&').replaceAll(/\{(\w+)\}/g, '(?<$1>[^/]+)');
  const match = new RegExp(`^${pattern}$`).exec(pathname);
  if (!match) return undefined;
  return Object.fromEntries(
    Object.entries(match.groups ?? {}).map(([name, text]) => [name, decoded(text)]),
  );
}

/** As it is where it cannot be decoded: no parameter may hold a `%`. */
function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}

/** Looks an operation up by its id. */
export function operationOf(operationId: string): DocumentedOperation {
  const operation = operations.find((one) => one.operationId === operationId);
  assert.ok(operation, `the contract has no operation ${operationId}`);
  return operation;
}

/** The contract's own format: an address and a prefix, with no bit set behind the prefix. */
function isCidr(text: string): boolean {
  const [address = '', prefix = '', ...rest] = text.split('/');
  const bits = isIPv4(address) ? 32 : 128;
  if (rest.length > 0 || !/^(0|[1-9]\d*)$/.test(prefix) || Number(prefix) > bits) return false;
  if (!isIPv4(address) && (!isIPv6(address) || address.includes('%'))) return false;
  const hostMask = (1n << BigInt(bits - Number(prefix))) - 1n;
  return (addressNumber(address) & hostMask) === 0n;
}

function addressNumber(address: string): bigint {
  if (isIPv4(address))
    return address.split('.').reduce((sum, part) => sum * 256n + BigInt(part), 0n);
  // As a URL's host an IPv6 address has no dotted quad any more.
  const canonical = new URL(`http://[${address}]`).hostname.slice(1, -1);
  const [left = [], right] = canonical.split('::').map((half) => half.split(':').filter(Boolean));
  const zeros = Array.from({ length: 8 - left.length - (right?.length ?? 0) }, () => '0');
  const groups = [...left, ...(right === undefined ? [] : zeros), ...(right ?? [])];
  return groups.reduce((sum, group) => sum * 65_536n + BigInt(`0x${group}`), 0n);
}
