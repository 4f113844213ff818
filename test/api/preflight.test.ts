import assert from 'node:assert/strict';
import { generateKeyPairSync } from 'node:crypto';
import { describe, it } from 'node:test';
import { encodePem } from '../../src/x509/pem.ts';
import { startApi } from '../support/api.ts';
import {
  type HandMadeCertificate,
  handMadeAuthority,
  handMadeCertificate,
} from '../support/hand-made-certificate.ts';
import { handMadeRequest } from '../unit/x509/hand-made-request.ts';
import { issue, placesIn } from './certificates-on-the-wire.ts';

interface ReportJson {
  readonly consumer: string;
  readonly subject: string;
  readonly verdict: string;
  readonly findings: readonly {
    readonly rule: string;
    readonly severity: string;
    readonly certificate?: number;
    readonly detail: string;
    readonly prevents?: string;
  }[];
}

const { api } = await startApi();

const root = handMadeAuthority('Root');
const { publicKey } = generateKeyPairSync('rsa', { modulusLength: 1024 });
const weak = handMadeCertificate({ issuer: root, publicKey });

function pemOf(...certificates: readonly HandMadeCertificate[]): string {
  return certificates.map(({ der }) => encodePem('CERTIFICATE', der)).join('');
}

function ask(consumer: string, file: string) {
  return api.post('/v1/preflight', { consumer, file });
}

async function reportOn(consumer: string, file: string): Promise<ReportJson> {
  const reply = await ask(consumer, file);
  assert.equal(reply.status, 200, reply.text);
  return reply.json<ReportJson>();
}

describe('POST /v1/preflight', () => {
  it('200: accepts what was issued here, for every consumer of servers', async () => {
    const { certificate, chain } = await issue(api, { dnsNames: ['webapp.example.org'] });
    const consumers = [
      'rfc5280',
      'envoy',
      'istio',
      'application-gateway',
      'apple',
      'openssl',
      'go',
    ];
    for (const consumer of consumers) {
      assert.deepEqual(await reportOn(consumer, certificate + chain), {
        consumer,
        subject: 'certification-path',
        verdict: 'accepted',
        findings: [],
      });
    }
  });

  it('200: refuses what a consumer would, with its rule, its source and its words', async () => {
    const { subject, verdict, findings } = await reportOn('envoy', pemOf(weak));
    assert.deepEqual([subject, verdict], ['certificate', 'refused']);
    assert.deepEqual(findings, [
      {
        rule: 'envoy-rsa-key-size',
        severity: 'error',
        certificate: 1,
        detail: 'has an RSA key of 1024 bits',
        requirement: 'An RSA key has 2048 bits or more.',
        source:
          'envoy docs/root/intro/arch_overview/security/ssl.rst; source/common/tls/context_impl.cc',
        prevents: 'only RSA certificates with 2048-bit or larger keys are supported',
      },
    ]);
  });

  it('200: tells one consumer from another', async () => {
    const verdicts = ['java', 'go', 'envoy', 'apple', 'openssl', 'rfc5280'].map(
      async (consumer) => (await reportOn(consumer, pemOf(weak))).verdict,
    );
    const [java, go, ...others] = await Promise.all(verdicts);
    assert.deepEqual([java, go], ['accepted', 'accepted']);
    assert.deepEqual(new Set(others), new Set(['refused']));
  });

  it('200: warns of what an accepted file lacks', async () => {
    const file = pemOf(handMadeCertificate({ issuer: root }));
    const { verdict, findings } = await reportOn('application-gateway', file);
    assert.equal(verdict, 'accepted');
    assert.deepEqual(
      findings.map(({ rule, severity }) => [rule, severity]),
      [['application-gateway-whole-chain', 'warning']],
    );
  });

  it('200: judges requests', async () => {
    const { subject, verdict } = await reportOn('rfc5280', handMadeRequest({}));
    assert.deepEqual([subject, verdict], ['certification-request', 'accepted']);
  });

  it('200: explains what it cannot read', async () => {
    const negative = handMadeCertificate({ issuer: root, serialNumber: Buffer.of(2, 1, 0xff) });
    const { verdict, findings } = await reportOn('openssl', pemOf(negative));
    assert.equal(verdict, 'refused');
    assert.match(findings[0]?.detail ?? '', /the serialNumber is negative, at octet \d+/);
  });

  it('400: a file in which there is nothing to judge, or a key', async () => {
    const { privateKey } = generateKeyPairSync('ed25519');
    const key = String(privateKey.export({ type: 'pkcs8', format: 'pem' }));
    for (const file of ['what?', '-----BEGIN CERTIFICATE-----', key, pemOf(root) + key]) {
      const reply = await ask('rfc5280', file);
      assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['/file'], file);
      assert.ok(!reply.text.includes(key.slice(40, 60)));
    }
  });

  it('400: a consumer that nobody knows, and a file that is too long', async () => {
    const reply = await ask('netscape', 'A'.repeat(524_289));
    assert.deepEqual(placesIn(reply, 400, 'request-malformed'), ['/consumer', '/file']);
  });

  it('signs nothing and writes nothing into the journal', async () => {
    const journal = async () => (await api.get('/v1/audit?limit=1')).text;
    const certificates = async () => (await api.get('/v1/certificates')).text;
    const before = [await journal(), await certificates()];
    await reportOn('rfc5280', handMadeRequest({}));
    await ask('rfc5280', 'what?');
    assert.deepEqual([await journal(), await certificates()], before);
  });
});
