import { resolved, type Schema } from '../../api/documentation/contract.ts';
import { contract, type DocumentedOperation, requestSchemaOf } from './documented-operations.ts';
import { type Exchange, mediaTypeOf } from './exchange.ts';

/** What these parameters must be is said in words: a text of ours, only beside another one, a name by IDNA2008. */
const PARAMETERS_BEYOND_SCHEMA = ['cursor', 'root', 'dnsName'];

/** A fault that an answer names. */
export interface Place {
  readonly pointer?: string;
  readonly parameter?: string;
  readonly detail?: string;
}

/** What is part of the documented form, but cannot be said by a schema. */
export function isBeyondSchema(
  { pointer, parameter, detail = '' }: Place,
  exchange: Exchange,
  operation: DocumentedOperation,
) {
  // A schema speaks of the values of JSON, and not of its text.
  if (
    /^(is nested deeper|is there twice|has a member twice|has more than \d+ members)/.test(detail)
  )
    return true;
  if (parameter !== undefined) return PARAMETERS_BEYOND_SCHEMA.includes(parameter);
  // Only the binary answer needs the password, since it has no other way to tell it.
  if (pointer === '/password') return mediaTypeOf(exchange.accept) !== 'application/json';
  // Whether a profile has a default for it is the operator's affair.
  if (pointer === '/validity' && detail === 'is required') {
    return operation.operationId === 'createAuthority';
  }
  const schema = requestSchemaOf(operation);
  return schema !== undefined && embeddedTexts(schema).includes(pointer ?? '');
}

/** Pointers to the members that hold a text with a form of its own, such as PEM. */
function embeddedTexts(schema: Schema): readonly string[] {
  const { properties = {}, allOf = [], oneOf = [] } = resolved<Schema>(contract, schema);
  const own = Object.entries(properties).filter(
    ([, member]) => typeof member === 'object' && member.contentMediaType !== undefined,
  );
  return [...own.map(([name]) => `/${name}`), ...[...allOf, ...oneOf].flatMap(embeddedTexts)];
}
