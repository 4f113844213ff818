import { isUtf8 } from 'node:buffer';
import { json, type Request, type RequestHandler } from 'express';
import { z } from 'zod';
import { PkiError, type Violation } from '../src/errors.ts';

/** Room for a PFX conversion with twenty large certificates, and for nothing much larger. */
const MAX_BODY_OCTETS = 1024 * 1024;

/** The deepest documented body has 4 levels. */
const MAX_NESTING = 32;

/** Reads a JSON body of at most 1 MiB; any other media type is refused before it is read. */
export const readJsonBody = jsonBodyReader(MAX_BODY_OCTETS);

/** Reads JSON bodies of at most so many octets; any other media type is refused before it is read. */
export function jsonBodyReader(limit: number): RequestHandler {
  const parseJson = json({
    limit,
    inflate: false,
    strict: false,
    type: () => true,
    verify: (_req, _res, octets, charset) => {
      assertCharset(charset);
      assertReadable(octets);
    },
  });
  return (req, res, next) => {
    if (!hasBody(req)) {
      next();
      return;
    }
    if (!req.is('application/json')) {
      throw new PkiError('media-type-unsupported', 'the body must be application/json');
    }
    parseJson(req, res, next);
  };
}

/**
 * The value of a JSON text that is not a whole body.
 *
 * @throws {PkiError} `request-malformed`
 */
export function parseJsonOctets(octets: Buffer): unknown {
  assertReadable(octets);
  try {
    return JSON.parse(octets.toString('utf8'));
  } catch {
    throw malformed([{ pointer: '', detail: 'is not valid JSON' }]);
  }
}

function assertReadable(octets: Buffer): void {
  assertUtf8(octets);
  assertShallow(octets);
}

function hasBody(req: Request): boolean {
  return req.get('Transfer-Encoding') !== undefined || Number(req.get('Content-Length') ?? 0) > 0;
}

/** RFC 8259 §8.1: JSON between systems is UTF-8. Octets that mean something else would be judged as what they are not. */
function assertCharset(charset: string): void {
  if (charset === 'utf-8') return;
  throw new PkiError('media-type-unsupported', 'the body must be in UTF-8');
}

/** RFC 8259 §8.1; a decoder would put replacement characters where octets do not fit, and sign them. */
function assertUtf8(octets: Buffer): void {
  if (!isUtf8(octets)) throw malformed([{ pointer: '', detail: 'is not UTF-8' }]);
}

/** Counts brackets outside strings, before anything is built from them. */
function assertShallow(octets: Buffer): void {
  const [quote, backslash] = [0x22, 0x5c];
  let depth = 0;
  let isInString = false;
  for (let at = 0; at < octets.length; at += 1) {
    const octet = octets[at] ?? 0;
    if (octet === quote) isInString = !isInString;
    else if (isInString && octet === backslash) at += 1;
    else if (!isInString) depth += DEPTH_CHANGE[octet] ?? 0;
    if (depth > MAX_NESTING) {
      throw malformed([{ pointer: '', detail: `is nested deeper than ${MAX_NESTING} levels` }]);
    }
  }
}

/** What `{`, `[`, `}` and `]` do to the depth. */
const DEPTH_CHANGE: Readonly<Record<number, number>> = { 123: 1, 91: 1, 125: -1, 93: -1 };

/**
 * The body as `schema` has it.
 *
 * @throws {PkiError} `request-malformed`, naming every member at fault
 */
export function parseBody<T>(schema: z.ZodType<T>, body: unknown): T {
  const parsed = schema.safeParse(body);
  if (parsed.success) return parsed.data;
  throw malformed(violationsIn(parsed.error));
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
  const parsed = schema.safeParse({ ...req.query });
  if (parsed.success) return parsed.data;
  const parameters = violationsIn(parsed.error).map(({ pointer, detail }) => ({
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

/** Refuses with all faults of a body. */
export function malformed(violations: readonly Violation[]): PkiError {
  const message = violations
    .map(({ pointer, detail }) => `${pointer || 'body'}: ${detail}`)
    .join('; ');
  return new PkiError('request-malformed', message, { violations });
}

/** Enough to mend a body by; a hostile one could have a fault for every eighth of its octets. */
const MAX_FAULTS = 100;

/** Every fault that a schema found, each with its JSON Pointer; unknown members one by one. */
export function violationsIn(error: z.ZodError): readonly Violation[] {
  const faults = error.issues.flatMap((issue) => {
    if (issue.code === 'unrecognized_keys') {
      return issue.keys.map((key) => ({
        pointer: pointerTo([...issue.path, key]),
        detail: 'is not known',
      }));
    }
    return [{ pointer: pointerTo(issue.path), detail: detailOf(issue) }];
  });
  if (faults.length <= MAX_FAULTS) return faults;
  const more = { pointer: '', detail: `has ${faults.length - MAX_FAULTS} more faults` };
  return [...faults.slice(0, MAX_FAULTS), more];
}

function detailOf(issue: z.core.$ZodIssue): string {
  const isMissing = issue.code === 'invalid_type' && issue.message.includes('received undefined');
  return isMissing ? 'is required' : issue.message;
}

/** RFC 6901 §3: `~` and `/` inside a member's name are escaped. */
function pointerTo(path: readonly PropertyKey[]): string {
  return path
    .map((part) => `/${String(part).replaceAll('~', '~0').replaceAll('/', '~1')}`)
    .join('');
}
