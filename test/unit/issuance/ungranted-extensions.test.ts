import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import type { Certificate } from '../../../src/certificate.ts';
import * as der from '../../../src/x509/der.ts';
import { subjectKeyIdentifierOf } from '../../../src/x509/key.ts';
import {
  BASIC_CONSTRAINTS,
  CLIENT_AUTH,
  CODE_SIGNING,
  EXT_KEY_USAGE,
  KEY_USAGE,
  SERVER_AUTH,
  SUBJECT_KEY_IDENTIFIER,
} from '../../../src/x509/oids.ts';
import { generalName, handMadeRequest, keys } from '../x509/hand-made-request.ts';
import { changed, RenewalWorld } from './renewal-world.ts';

const OCSP_NOCHECK = '1.3.6.1.5.5.7.48.1.5';
const host = 'a.example.org';
const names = [generalName.dns(host)];
const [DIGITAL_SIGNATURE, KEY_ENCIPHERMENT] = [0, 2];
const spki = keys.publicKey.export({ type: 'spki', format: 'der' });

const world = await RenewalWorld.withProfiles(
  changed('server-client', {
    name: 'shop',
    extensions: [{ oid: OCSP_NOCHECK, critical: false, value: der.nullValue().toString('base64') }],
  }),
);

function extension(id: string, value: Buffer): Buffer {
  return der.sequence(der.oid(id), der.octetString(value));
}

const keyUsage = (...bits: readonly number[]) => extension(KEY_USAGE, der.namedBits([...bits]));
const purposes = (...ids: readonly string[]) =>
  extension(EXT_KEY_USAGE, der.sequence(...ids.map(der.oid)));

/** Whatever a certificate of that profile has for such a key. */
const GRANTED = [
  extension(BASIC_CONSTRAINTS, der.sequence()),
  keyUsage(DIGITAL_SIGNATURE),
  purposes(CLIENT_AUTH, SERVER_AUTH),
  extension(SUBJECT_KEY_IDENTIFIER, der.octetString(subjectKeyIdentifierOf(spki))),
  extension(OCSP_NOCHECK, der.nullValue()),
];

function warningsOf({ warnings }: Certificate): readonly string[] {
  return warnings.map(({ code, detail }) => `${code}: ${detail}`);
}

/** What is told of a CSR with such extensions: where it asks for a certificate, and where it re-keys one. */
async function told(...extensions: readonly Buffer[]) {
  const csr = handMadeRequest({ names, extensions });
  const issued = await world.issue({ profile: 'shop', csr });
  const old = await world.issue({ profile: 'shop', dnsNames: [host] });
  const rekeyed = await world.rekey(old, { csr });
  return [warningsOf(issued), warningsOf(rekeyed.certificate)];
}

describe('a CSR that asks for extensions', () => {
  it('is warned of none that the certificate has as it was asked for, in whatever order', async () => {
    assert.deepEqual(await told(...GRANTED), [[], []]);
  });

  it('is warned of each that the certificate has otherwise, or not at all', async () => {
    const ungranted = (what: string) => `extension-ignored: the CSR's ${what} was not granted`;
    for (const [asked, what] of [
      [
        extension(BASIC_CONSTRAINTS, der.sequence(der.boolean(true))),
        'basicConstraints (2.5.29.19)',
      ],
      [keyUsage(KEY_ENCIPHERMENT), 'keyUsage (2.5.29.15)'],
      [purposes('1.2.3'), 'extKeyUsage (2.5.29.37)'],
      [
        extension(SUBJECT_KEY_IDENTIFIER, der.octetString(Buffer.of(1))),
        'subjectKeyIdentifier (2.5.29.14)',
      ],
      [extension(OCSP_NOCHECK, der.sequence()), `ocsp-nocheck (${OCSP_NOCHECK})`],
      [extension('1.2.3', der.nullValue()), '1.2.3'],
    ] as const) {
      assert.deepEqual(await told(asked), [[ungranted(what)], [ungranted(what)]]);
    }
  });

  it('is told which usages it did not get, and which it got besides', async () => {
    const [SERVER, CLIENT] = [`serverAuth (${SERVER_AUTH})`, `clientAuth (${CLIENT_AUTH})`];
    for (const [asked, outcome] of [
      [
        keyUsage(DIGITAL_SIGNATURE, KEY_ENCIPHERMENT),
        'keyUsage (2.5.29.15) was granted without keyEncipherment',
      ],
      [purposes(SERVER_AUTH), `extKeyUsage (2.5.29.37) was granted with ${CLIENT} besides`],
      [
        purposes(CLIENT_AUTH, '1.2.3', CODE_SIGNING),
        `extKeyUsage (2.5.29.37) was granted without 1.2.3, codeSigning (${CODE_SIGNING}) and with ${SERVER} besides`,
      ],
    ] as const) {
      const warning = `extension-ignored: the CSR's ${outcome}`;
      assert.deepEqual(await told(asked), [[warning], [warning]]);
    }
  });
});
