import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { z } from 'zod';
import { judged } from '../../api/judged.ts';
import { AuthorityBody } from '../../api/schemas/authority.ts';
import { CertificateBody } from '../../api/schemas/certificate.ts';
import { PreflightBody } from '../../api/schemas/preflight.ts';
import { TargetBody } from '../../api/schemas/target.ts';

/** Of a schema's value: `pointer: detail`, for each fault. */
function faultsOf(schema: z.ZodType, value: unknown): readonly string[] {
  const { violations = [] } = judged(schema, value);
  return violations.map(({ pointer, detail }) => `${pointer}: ${detail}`);
}

/** What is said of one value. */
function saidOf(schema: z.ZodType, value: unknown): string {
  return faultsOf(schema, value).join('\n');
}

const Forms = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('a') }),
  z.strictObject({ kind: z.literal('b') }),
]);

const SAID: readonly (readonly [string, z.ZodType, unknown])[] = [
  [': must be a text', z.string(), 7],
  [': must be a text', z.string(), null],
  [': must be a number', z.number(), 'x'],
  [': must be a whole number', z.int(), 1.5],
  [': must be true or false', z.boolean(), 'yes'],
  [': must be a list', z.array(z.string()), {}],
  [': must be an object', z.strictObject({}), []],
  [': must be an object', z.record(z.string(), z.string()), 7],
  [': must not be empty', z.string().min(1), ''],
  [': must have at least 2 characters', z.string().min(2), 'x'],
  [': must have at most 1 character', z.string().max(1), 'xy'],
  [': must have exactly 3 characters', z.string().length(3), 'xy'],
  [': must not be empty', z.array(z.string()).min(1), []],
  [': must have at least 2 entries', z.array(z.string()).min(2), []],
  [': must have at most 2 entries', z.array(z.string()).max(2), ['', '', '']],
  [': must be at least 1', z.number().min(1), 0],
  [': must be more than 1', z.number().gt(1), 1],
  [': must be at most 255', z.int().max(255), 300],
  [': must be less than 1', z.number().lt(1), 1],
  [': must be a multiple of 2', z.number().multipleOf(2), 3],
  [': must be "a"', z.literal('a'), 'x'],
  [': must be one of "a", "b"', z.enum(['a', 'b']), 'x'],
  ['/kind: must be one of "a", "b"', Forms, { kind: 'x' }],
  ['/kind: is required', Forms, {}],
  [': must be "a", or must be a number', z.union([z.literal('a'), z.number()]), true],
  [
    '/long: has a member whose name is not allowed',
    z.record(z.string().max(1), z.any()),
    { long: 1 },
  ],
  [': is not of the documented form', z.email(), 'x'],
  [': said otherwise', z.string().regex(/a/, 'said otherwise'), 'x'],
  ['/b: is not known', z.strictObject({}), { b: 1 }],
];

describe('what a schema finds', () => {
  for (const [said, schema, value] of SAID) {
    it(`${said}, of ${JSON.stringify(value)}`, () => {
      assert.equal(saidOf(schema, value), said);
    });
  }

  it('of every kind of member, and whatever the schema says of others, that it is required', () => {
    const members = {
      ...{ text: z.string(), number: z.int(), choice: z.enum(['a']), one: z.literal('a') },
      ...{ form: Forms, union: z.union([z.string(), z.number()]), list: z.array(z.string()) },
      ...{
        said: z.string('is said'),
        base64: z.base64('is no Base64'),
        own: z.custom(() => false),
      },
    };
    assert.deepEqual(
      faultsOf(z.strictObject(members), {}),
      Object.keys(members).map((name) => `/${name}: is required`),
    );
  });

  it('of a missing or unknown consumer', () => {
    assert.deepEqual(faultsOf(PreflightBody, { file: 'x' }), ['/consumer: is required']);
    assert.match(
      saidOf(PreflightBody, { consumer: 'x', file: 'x' }),
      /^\/consumer: must be one of "rfc5280", /,
    );
  });

  it('what a duration is, whatever stands in its place', () => {
    const request = { authority: 'issuing', profile: 'server' };
    for (const validity of [30, '30']) {
      assert.deepEqual(faultsOf(CertificateBody, { ...request, validity }), [
        '/validity: must be a duration such as 15m, 24h, 30d or 5y',
      ]);
    }
  });

  it('inside of a form that is chosen by what stands there', () => {
    const served = [{ host: 'a.example.org' }, { kind: 'gatewayPods', namespace: 'a', port: 'x' }];
    assert.deepEqual(faultsOf(TargetBody.pick({ served: true }), { served }), [
      '/served/0/port: is required',
      '/served/1/selector: is required',
      '/served/1/port: must be a number',
    ]);
  });

  it('of a domain with a dot before it, how it is written', () => {
    const intermediate = { name: 'a', kind: 'intermediate', parent: 'root', validity: '1y' };
    const dnsNames = ['.example.org', '..example.org'];
    const nameConstraints = { permitted: { dnsNames } };
    const body = { ...intermediate, subject: { commonName: 'A' }, nameConstraints };
    assert.deepEqual(faultsOf(AuthorityBody, body), [
      '/nameConstraints/permitted/dnsNames/0: is not a domain: write example.org, which means all below it too',
      '/nameConstraints/permitted/dnsNames/1: is not a domain',
    ]);
  });
});
