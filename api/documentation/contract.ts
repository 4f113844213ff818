import { parse } from 'yaml';

/** What the page shows of a JSON Schema (2020-12). */
export interface Schema {
  readonly $ref?: string;
  readonly description?: string;
  readonly type?: string | readonly string[];
  readonly const?: unknown;
  readonly enum?: readonly unknown[];
  readonly default?: unknown;
  readonly format?: string;
  readonly pattern?: string;
  readonly contentMediaType?: string;
  readonly minLength?: number;
  readonly maxLength?: number;
  readonly minimum?: number;
  readonly maximum?: number;
  readonly minItems?: number;
  readonly maxItems?: number;
  readonly items?: Schema;
  readonly properties?: Readonly<Record<string, Schema | boolean>>;
  readonly required?: readonly string[];
  readonly allOf?: readonly Schema[];
  readonly anyOf?: readonly Schema[];
  readonly oneOf?: readonly Schema[];
}

/** Stands in the place of what its pointer leads to. */
export interface Reference {
  readonly $ref: string;
}

/** A request or an answer as it may look. */
export interface Example {
  readonly summary?: string;
  readonly value: unknown;
}

/** A body in one media type. */
export interface Content {
  readonly schema: Schema;
  readonly example?: unknown;
  readonly examples?: Readonly<Record<string, Example | Reference>>;
}

/** A header of an answer; `required` means that every such answer has it. */
export interface Header {
  readonly description?: string;
  readonly required?: boolean;
  readonly schema: Schema;
}

/** A part of the path, or a member of the query. */
export interface Parameter {
  readonly name: string;
  readonly in: string;
  readonly required?: boolean;
  readonly description?: string;
  readonly schema: Schema;
  readonly example?: unknown;
}

/** What one status means. */
export interface Response {
  readonly description: string;
  readonly headers?: Readonly<Record<string, Header | Reference>>;
  readonly content?: Readonly<Record<string, Content>>;
}

/** One method of one path. */
export interface Operation {
  readonly operationId: string;
  readonly tags: readonly string[];
  readonly summary: string;
  readonly description?: string;
  readonly security?: readonly unknown[];
  readonly parameters?: readonly (Parameter | Reference)[];
  readonly requestBody?: {
    readonly required?: boolean;
    readonly content: Readonly<Record<string, Content>>;
  };
  readonly responses: Readonly<Record<string, Response | Reference>>;
}

/** The methods that the contract uses, in the order in which they are shown. */
export const METHODS = ['get', 'post', 'put', 'delete'] as const;
/** In lower case, as the contract has them. */
export type Method = (typeof METHODS)[number];

/** A listener, as it is reached on the machine itself. */
export interface Server {
  readonly url: string;
  readonly description: string;
}

/** The operations of one path, and what they share. */
export interface PathItem extends Partial<Record<Method, Operation>> {
  readonly servers?: readonly Server[];
  readonly parameters?: readonly (Parameter | Reference)[];
}

/** `openapi.yaml` as far as it is shown. */
export interface Contract {
  readonly info: { readonly title: string; readonly version: string; readonly description: string };
  readonly servers: readonly Server[];
  readonly tags: readonly { readonly name: string; readonly description: string }[];
  readonly paths: Readonly<Record<string, PathItem>>;
  readonly components: { readonly schemas: Readonly<Record<string, Schema>> };
}

/** Reads the contract; its form is not checked here, since the checks of the build do that. */
export function parseContract(yaml: string): Contract {
  return parse(yaml) as Contract;
}

/** What a reference of the contract into itself leads to; anything else is returned as it is. */
export function resolved<T extends object>(contract: Contract, value: T | Reference): T {
  if (!('$ref' in value)) return value;
  const names = String(value.$ref).split('/').slice(1);
  return names.reduce<unknown>(
    (node, name) => (node as Readonly<Record<string, unknown>>)[name],
    contract,
  ) as T;
}
