import assert from 'node:assert/strict';
import { before, describe, it } from 'node:test';
import { decodePem } from '../../src/x509/pem.ts';
import {
  brought,
  CA_EXTENSIONS,
  clock,
  FEWER_DAYS,
  makeRoot,
  openssl,
  ROOT,
  read,
  write,
} from '../interop/openssl-authorities.ts';
import { certified, type OutsideChanges, outsideAuthority } from '../support/outside-authority.ts';
import { nativeJudges } from './violations/judges/native-judges.ts';
import type { AskedPath } from './violations/path-case.ts';

const HOST = 'a.example.org';
const SECRET = 'Springfield 42';
const DAY_MS = 86_400_000;

/** What is brought by each way in, with the name of the authority below which a server is certified. */
const WAYS_IN: Readonly<Record<string, () => Promise<{ authority: string; root: string }>>> = {
  'an RSA-4096 root of openssl’s, as PEM with a locked key': async () => {
    makeRoot('corp', ['-newkey', 'rsa:4096', '-noenc'], ...ROOT);
    openssl(
      'rsa',
      '-in',
      'corp.key',
      '-aes256',
      '-passout',
      `pass:${SECRET}`,
      '-out',
      'locked.key',
    );
    const files = { certificate: read('corp.pem'), privateKey: read('locked.key') };
    await brought('/v1/authorities/import', { name: 'corp', ...files, password: SECRET });
    return { authority: await intermediateBelow('corp'), root: read('corp.pem') };
  },
  'a root of openssl’s that is to sign by PSS': async () => {
    makeRoot('pss', ['-newkey', 'rsa:2048', '-noenc'], ...ROOT);
    const files = { certificate: read('pss.pem'), privateKey: read('pss.key') };
    await brought('/v1/authorities/import', { name: 'pss', ...files, rsaSignatureScheme: 'pss' });
    return { authority: await intermediateBelow('pss'), root: read('pss.pem') };
  },
  'a P-384 intermediate of openssl’s, as PFX': async () => {
    makeRoot('head', ['-newkey', 'rsa:3072', '-noenc'], ...ROOT);
    write('team.ext', CA_EXTENSIONS.join('\n'));
    const key = ['-newkey', 'ec', '-pkeyopt', 'ec_paramgen_curve:P-384', '-noenc'];
    openssl('req', '-new', ...key, '-subj', '/CN=team', '-keyout', 'team.key', '-out', 'team.csr');
    const signer = ['-CA', 'head.pem', '-CAkey', 'head.key', '-CAcreateserial', '-sha384'];
    const terms = [...FEWER_DAYS, '-extfile', 'team.ext'];
    openssl('x509', '-req', '-in', 'team.csr', ...signer, ...terms, '-out', 'team.pem');
    const content = ['-inkey', 'team.key', '-in', 'team.pem', '-certfile', 'head.pem'];
    openssl('pkcs12', '-export', ...content, '-passout', `pass:${SECRET}`, '-out', 'team.pfx');
    const pfx = openssl('base64', '-A', '-in', 'team.pfx');
    await brought('/v1/authorities/import', { name: 'team', pfx, password: SECRET });
    return { authority: 'team', root: read('head.pem') };
  },
  'an intermediate of somebody’s, as PEM': async () => {
    const root = outsideAuthority({ subject: 'Outside Root', ...lifetime() });
    const own = outsideAuthority({ subject: 'Imported', issuer: root, ...lifetime() });
    const files = { certificate: own.pem + root.pem, privateKey: own.keyPem };
    await brought('/v1/authorities/import', { name: 'imported', ...files });
    return { authority: 'imported', root: root.pem };
  },
  'an intermediate of ours that an outside root has certified': async () => {
    const root = outsideAuthority({ subject: 'Certifying Root', ...lifetime() });
    const body = { name: 'platform', kind: 'intermediate', parent: null };
    const subject = { commonName: 'Platform' };
    const asked = { ...body, subject, keyAlgorithm: 'ecdsa-p256' };
    const { certificationRequest } = await brought('/v1/authorities', asked);
    const { pem } = certified(certificationRequest, root, lifetime());
    await brought('/v1/authorities/platform/certificate', { certificate: pem + root.pem });
    return { authority: 'platform', root: root.pem };
  },
};

function lifetime(): OutsideChanges {
  const now = clock.now().getTime();
  return { notBefore: new Date(now - DAY_MS), notAfter: new Date(now + 3_000 * DAY_MS) };
}

async function intermediateBelow(parent: string): Promise<string> {
  const name = `${parent}-below`;
  const subject = { commonName: name };
  const terms = { kind: 'intermediate', parent, validity: '1y', keyAlgorithm: 'ecdsa-p256' };
  await brought('/v1/authorities', { name, subject, ...terms });
  return name;
}

describe('a server’s path below an authority from elsewhere', () => {
  const ways = Object.keys(WAYS_IN);
  const paths: AskedPath[] = [];

  before(async () => {
    for (const bring of Object.values(WAYS_IN)) {
      const { authority, root } = await bring();
      const body = { authority, profile: 'server', dnsNames: [HOST], keyAlgorithm: 'ecdsa-p256' };
      const leaf = await brought('/v1/certificates', body);
      const path = decodePem(leaf.certificate + leaf.chain).map(({ der }) => der);
      const [trusted = Buffer.alloc(0)] = decodePem(root).map(({ der }) => der);
      paths.push({ path, trusted, purpose: 'server', host: HOST });
    }
  });

  for (const { name, judge } of nativeJudges) {
    it(`is accepted by ${name}, by whichever way it came in`, async () => {
      const said = await judge(paths, clock.now());
      assert.deepEqual(
        ways.map((way, index) => [way, said[index]]),
        ways.map((way) => [way, '']),
      );
    });
  }

  it('is refused by each where the root is another', async () => {
    const stranger = outsideAuthority({ subject: 'Stranger', ...lifetime() });
    for (const { judge } of nativeJudges) {
      const said = await judge(
        paths.map((one) => ({ ...one, trusted: stranger.der })),
        clock.now(),
      );
      assert.equal(said.filter((why) => why !== '').length, ways.length);
    }
  });
});
