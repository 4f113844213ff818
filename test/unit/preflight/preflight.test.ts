import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import fc from 'fast-check';
import { PkiError } from '../../../src/errors.ts';
import { preflight } from '../../../src/preflight/preflight.ts';
import { CONSUMERS, type Consumer } from '../../../src/preflight/rule.ts';
import * as der from '../../../src/x509/der.ts';
import {
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  EXT_KEY_USAGE,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  SUBJECT_ALT_NAME,
  SUBJECT_KEY_IDENTIFIER,
} from '../../../src/x509/oids.ts';
import { encodePem } from '../../../src/x509/pem.ts';
import {
  critical,
  extensionValue,
  handMadeAuthority,
  handMadeCertificate,
  JUDGED_AT,
  spkiOf,
} from '../../support/hand-made-certificate.ts';
import { generalName, handMadeRequest, handMadeRequestDer } from '../x509/hand-made-request.ts';

const TIME_BOUND_MS = 5_000;
/** What a hand-made certificate has. */
const GOOD_EXTENSIONS = [
  BASIC_CONSTRAINTS,
  KEY_USAGE,
  EXT_KEY_USAGE,
  SUBJECT_KEY_IDENTIFIER,
  AUTHORITY_KEY_IDENTIFIER,
  SUBJECT_ALT_NAME,
];

const root = handMadeAuthority('Root');
const leaf = handMadeCertificate({ issuer: root });
const pem = (...certificates: readonly { readonly der: Buffer }[]) =>
  certificates.map((one) => encodePem('CERTIFICATE', one.der)).join('');

const judge = (file: string, consumer: Consumer = 'rfc5280') =>
  preflight(consumer, file, JUDGED_AT);

async function rulesBroken(file: string, consumer?: Consumer): Promise<readonly string[]> {
  const { findings } = await judge(file, consumer);
  return findings.map(({ rule: { id } }) => id);
}

describe('what is judged', () => {
  it('is a certificate, in PEM or as the Base64 of its DER, in one line or many', async () => {
    const base64 = leaf.der.toString('base64');
    for (const file of [pem(leaf), base64, base64.replaceAll(/(.{60})/g, '$1\r\n')]) {
      const { subject, verdict, findings } = await judge(file);
      assert.deepEqual([subject, verdict, findings], ['certificate', 'accepted', []]);
    }
  });

  it('is a certification path where there are more, whatever stands between them', async () => {
    const file = `subject=CN = a\n${pem(leaf)}\nissuer=CN = b\n${pem(root)}`;
    const { subject, verdict } = await judge(file);
    assert.deepEqual([subject, verdict], ['certification-path', 'accepted']);
  });

  it('is a request, by its label or by how its DER begins', async () => {
    const names = [generalName.dns('webapp.example.org')];
    const request = handMadeRequest({ names });
    const files = [
      request,
      request.replaceAll('CERTIFICATE REQUEST', 'NEW CERTIFICATE REQUEST'),
      handMadeRequestDer({ names }).toString('base64'),
    ];
    for (const file of files) {
      const { subject, verdict, findings } = await judge(file);
      assert.deepEqual([subject, verdict, findings], ['certification-request', 'accepted', []]);
    }
  });

  it('is nothing else, and the refusal says what stands there', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    for (const [file, words] of [
      ['', /neither PEM nor Base64/],
      ['what?', /neither PEM nor Base64/],
      ['-----BEGIN CERTIFICATE-----\nMIIB', /cut off/],
      [pem(leaf) + key, /private key/],
      [pem(leaf) + handMadeRequest({}), /"CERTIFICATE REQUEST"/],
      [handMadeRequest({}) + pem(leaf), /more than the one request/],
      [encodePem('PKCS7', leaf.der), /"PKCS7"/],
      [pem(...Array.from({ length: 21 }, () => leaf)), /more than 20/],
    ] as const) {
      await assert.rejects(judge(file), (error: unknown) => {
        assert.ok(error instanceof PkiError);
        assert.equal(error.code, 'request-malformed');
        assert.deepEqual(
          error.violations.map(({ pointer }) => pointer),
          ['/file'],
        );
        assert.match(error.message, words);
        return true;
      });
    }
  });
});

describe('what the strict reader does not read', () => {
  it('is refused for every consumer, with the reader’s reason', async () => {
    const negative = handMadeCertificate({ issuer: root, serialNumber: Buffer.of(2, 1, 0xff) });
    for (const consumer of CONSUMERS) {
      const { verdict, findings } = await judge(pem(negative, root), consumer);
      assert.equal(verdict, 'refused');
      const [finding] = findings;
      assert.deepEqual([finding?.rule.id, finding?.certificate], ['readable', 1]);
      assert.match(finding?.detail ?? '', /the serialNumber is negative/);
    }
  });

  it('is refused whether it is a certificate or a request, or neither', async () => {
    const noise = encodePem('CERTIFICATE', Buffer.from('not DER'));
    assert.deepEqual(await rulesBroken(noise), ['readable']);
    const request = handMadeRequestDer({}).subarray(0, -1);
    assert.deepEqual(await rulesBroken(encodePem('CERTIFICATE REQUEST', request)), ['readable']);
    assert.deepEqual(await rulesBroken(request.toString('base64')), ['readable']);
    assert.deepEqual(await rulesBroken(Buffer.from('MII').toString('base64')), ['readable']);
  });

  it('holds what RFC 5280 asks of the form of every certificate', async () => {
    const twice = der.sequence(der.oid('1.3.6.1.4.1.99999.1'), der.octetString(der.nullValue()));
    const inExtensions = der.explicit(3, der.sequence(twice, twice));
    const none = Object.fromEntries(GOOD_EXTENSIONS.map((id) => [id, undefined]));
    const tooLong = Buffer.concat([Buffer.of(2, 21, 1), Buffer.alloc(20)]);
    for (const [parts, words] of [
      [{ serialNumber: tooLong }, /exceeds 20 octets/],
      [{ serialNumber: der.integer(0) }, /is zero/],
      [{ issuerName: der.sequence() }, /issuer is empty/],
      [{ version: 4 }, /version/],
      [{ version: 2, uniqueIdentifiers: [inExtensions] }, /not of version 3/],
      [{ extensions: none, uniqueIdentifiers: [inExtensions] }, /stands there twice/],
      [
        { signatureAlgorithm: der.sequence(der.oid('1.2.840.10045.4.3.2'), der.nullValue()) },
        /parameters/,
      ],
      [{ extensions: { [BASIC_CONSTRAINTS]: extensionValue(der.boolean(false)) } }, /BOOLEAN/],
    ] as const) {
      const { findings } = await judge(pem(handMadeCertificate({ issuer: root, ...parts })));
      assert.deepEqual(
        findings.map(({ rule }) => rule.id),
        ['readable'],
      );
      assert.match(findings[0]?.detail ?? '', words);
    }
  });
});

describe('a request', () => {
  it('is judged by the rules for names, subjects and keys that its certificate would be judged by', async () => {
    const names = [generalName.dns('a_b.example.org')];
    assert.deepEqual(await rulesBroken(handMadeRequest({ names })), ['dns-name-form']);
    const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
    const weak = handMadeRequest({ subjectPublicKeyInfo: spkiOf(publicKey) });
    assert.deepEqual(await rulesBroken(weak, 'envoy'), [
      'proof-of-possession',
      'envoy-rsa-key-size',
    ]);
  });
});

describe('a path', () => {
  it('tells which certificate each finding is about, and which are about all of it', async () => {
    const old = handMadeAuthority('Old', { notAfter: new Date('2030-06-02T00:00:00Z') });
    const { findings } = await judge(pem(handMadeCertificate({ issuer: old }), old));
    assert.deepEqual(
      findings.map(({ rule: { id }, certificate }) => [id, certificate]),
      [
        ['valid-now', 2],
        ['path-outlived-issuer', undefined],
      ],
    );
  });

  it('is held against name constraints of every kind, and not without end', async () => {
    const constrained = (base: Buffer) =>
      handMadeAuthority('Held', {
        extensions: {
          [NAME_CONSTRAINTS]: critical(extensionValue(der.explicit(0, der.sequence(base)))),
        },
      });
    const under = (base: Buffer, name: Buffer) => {
      const issuer = constrained(base);
      const extensions = { [SUBJECT_ALT_NAME]: extensionValue(name) };
      return pem(handMadeCertificate({ issuer, extensions }), issuer);
    };
    const broken = ['path-name-constraints'];
    const tenNet = generalName.ip(Buffer.of(10, 0, 0, 0, 255, 0, 0, 0));
    assert.deepEqual(
      await rulesBroken(under(tenNet, generalName.ip(Buffer.of(192, 0, 2, 7)))),
      broken,
    );
    assert.deepEqual(await rulesBroken(under(tenNet, generalName.ip(Buffer.of(10, 1, 2, 3)))), []);
    const directory = generalName.directory(root.subject);
    assert.deepEqual(await rulesBroken(under(directory, generalName.dns('a.b'))), broken);
    const many = Array.from({ length: 1_000 }, (_, index) => `h${index}.example.org`);
    const issuer = handMadeAuthority('Held', {
      extensions: {
        [NAME_CONSTRAINTS]: critical(
          extensionValue(
            der.explicit(0, ...many.map((name) => der.sequence(generalName.dns(name)))),
          ),
        ),
      },
    });
    const extensions = { [SUBJECT_ALT_NAME]: extensionValue(...many.map(generalName.dns)) };
    const huge = pem(handMadeCertificate({ issuer, extensions }), issuer);
    assert.deepEqual(await rulesBroken(huge), broken);
  });
});

describe('any text at all', () => {
  it('is judged or refused as malformed, within a bound of time', async () => {
    const seeds = [leaf.der, root.der, handMadeRequestDer({})];
    const change = fc.tuple(fc.nat(), fc.integer({ min: 1, max: 255 }));
    const damaged = fc
      .tuple(fc.constantFrom(...seeds), fc.array(change, { minLength: 1, maxLength: 4 }))
      .map(([seed, changes]) => {
        const octets = Buffer.from(seed);
        for (const [at, bits] of changes) {
          octets.writeUInt8(octets.readUInt8(at % octets.length) ^ bits, at % octets.length);
        }
        return octets.toString('base64');
      });
    const text = fc.oneof(fc.string({ unit: 'binary' }), damaged);
    await fc.assert(
      fc.asyncProperty(text, fc.constantFrom(...CONSUMERS), async (file, consumer) => {
        const started = performance.now();
        try {
          await judge(file, consumer);
        } catch (error) {
          assert.ok(error instanceof PkiError && error.code === 'request-malformed', String(error));
        }
        assert.ok(performance.now() - started < TIME_BOUND_MS);
      }),
      { numRuns: 500 },
    );
  });
});
