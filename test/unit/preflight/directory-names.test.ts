import assert from 'node:assert/strict';
import { it } from 'node:test';
import { preflight } from '../../../src/preflight/preflight.ts';
import * as der from '../../../src/x509/der.ts';
import { NAME_CONSTRAINTS, ORGANIZATION, SUBJECT_ALT_NAME } from '../../../src/x509/oids.ts';
import { encodeCertificates } from '../../../src/x509/pem.ts';
import {
  critical,
  extensionValue,
  handMadeAuthority,
  handMadeCertificate,
  JUDGED_AT,
} from '../../support/hand-made-certificate.ts';
import { generalName, nameOf } from '../x509/hand-made-request.ts';
import { host, root } from './broken-files.ts';

const directory = (name: string) =>
  generalName.directory(nameOf([ORGANIZATION, der.utf8String(name)]));

it('a directoryName of the subjectAltName is held against the constraints of those above', async () => {
  const excluded = der.explicit(1, der.sequence(directory('Bad')));
  const extensions = { [NAME_CONSTRAINTS]: critical(extensionValue(excluded)) };
  const issuer = handMadeAuthority('Held', { issuer: root, extensions });
  const judge = async (name: string) => {
    const names = { [SUBJECT_ALT_NAME]: extensionValue(host, directory(name)) };
    const leaf = handMadeCertificate({ issuer, extensions: names });
    const file = encodeCertificates([leaf, issuer, root].map((one) => one.der));
    const { findings } = await preflight('rfc5280', file, JUDGED_AT);
    return findings.map(({ rule }) => rule.id);
  };
  assert.deepEqual(await judge('Good'), []);
  assert.deepEqual(await judge('Bad'), ['path-name-constraints']);
});
