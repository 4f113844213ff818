import { isUtf8 } from 'node:buffer';
import type { Request, RequestHandler } from 'express';
import { z } from 'zod';
import { PkiError } from '../src/errors.ts';
import { inGroups } from '../src/in-step.ts';
import { hasIdempotencyKey } from './idempotency-key.ts';
import { parseShapedJson } from './json-shape.ts';
import { judged } from './judged.ts';
import { malformed } from './malformed.ts';
import { assertMediaType } from './media-type.ts';
import { bodyTooLarge } from './problem.ts';
import { readOctets } from './read-octets.ts';
import { noteBody } from './request-digest.ts';

/** Room for a PFX conversion with twenty large certificates, and for nothing much larger. */
const MAX_BODY_OCTETS = 1024 * 1024;

/** Of one process. A body of usual size has a thousandth of the most that one may have. */
const MAX_HELD_OCTETS = 32 * 1024 * 1024;

/** Reads a JSON body of at most 1 MiB; any other media type is refused before it is read. */
export function readJsonBody(): RequestHandler {
  return jsonBodyReader({ each: MAX_BODY_OCTETS, all: MAX_HELD_OCTETS });
}

/** Nobody else is heard until all of a group have come to something that they wait for: some 10 ms. */
const MOST_IN_STEP = 16;

interface BodyTerms {
  readonly each: number;
  readonly all: number;
  /** Media types that the route takes beside JSON, and reads itself. */
  readonly otherTypes?: readonly string[];
  /** What is made of the octets, which are UTF-8; absent: the value of their JSON. */
  readonly parse?: (octets: Buffer) => unknown;
}

/**
 * Reads JSON bodies of at most `each` octets, as long as those whose requests are not answered yet have no more
 * than `all` together; what comes on top is answered 503.
 */
export function jsonBodyReader(terms: BodyTerms): RequestHandler {
  const { each, all, otherTypes, parse = parseShapedJson } = terms;
  let held = 0;
  const turn = inGroups(MOST_IN_STEP);
  return async (req, res, next) => {
    if (hasBody(req)) {
      assertMediaType(req, 'application/json', otherTypes);
      // Whoever announces too much is not waited for.
      if (Number(req.headers['content-length'] ?? 0) > each) throw bodyTooLarge('the body', each);
      let own = 0;
      res.once('close', () => {
        held -= own;
      });
      const octets = await readOctets(req, (length) => {
        own += length;
        held += length;
        if (own > each) throw bodyTooLarge('the body', each);
        if (held > all) throw new PkiError('overloaded', 'too many bodies are being read already');
      });
      await turn();
      if (hasIdempotencyKey(req)) noteBody(req, octets);
      assertUtf8(octets);
      req.body = parse(octets);
    }
    next();
  };
}

/**
 * The value of a JSON text.
 *
 * @throws {PkiError} `request-malformed`
 */
export function parseJsonOctets(octets: Buffer): unknown {
  assertUtf8(octets);
  return parseShapedJson(octets);
}

function hasBody(req: Request): boolean {
  const { 'transfer-encoding': transferEncoding, 'content-length': length = '0' } = req.headers;
  return transferEncoding !== undefined || Number(length) > 0;
}

/** RFC 8259 §8.1; a decoder would put replacement characters where octets do not fit, and sign them. */
function assertUtf8(octets: Buffer): void {
  if (!isUtf8(octets)) throw malformed([{ pointer: '', detail: 'is not UTF-8' }]);
}

/**
 * The body as `schema` has it.
 *
 * @throws {PkiError} `request-malformed`, naming every member at fault
 */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const { data, violations } = judged(schema, body);
  if (violations) throw malformed(violations);
  return data;
}

/** The same for a body that may be left out, which is as good as an empty object. */
export function parseOptionalBody<T>(schema: z.ZodType<T>, req: Request): T {
  return parseBody(schema, req.body === undefined ? {} : req.body);
}

/**
 * The query as `schema` has it; with no schema, no parameter is known.
 *
 * @throws {PkiError} `request-malformed`, naming every parameter at fault
 */
export function parseQuery<T>(schema: z.ZodType<T>, req: Request): T {
  const { data, violations } = judged(schema, { ...req.query });
  if (!violations) return data;
  const parameters = violations.map(({ pointer, detail }) => ({
    parameter: nameIn(pointer),
    detail,
  }));
  const message = parameters.map(({ parameter, detail }) => `${parameter}: ${detail}`).join('; ');
  throw new PkiError('request-malformed', message, { parameters });
}

/** The name that the first part of a JSON Pointer stands for (RFC 6901 §4). */
function nameIn(pointer: string): string {
  const [, first = ''] = pointer.split('/');
  return first.replaceAll('~1', '/').replaceAll('~0', '~');
}

/** The query of a route that takes no parameter. */
export const NoParameters = z.strictObject({});
