import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import { describe, it } from 'node:test';
import { printableString, utf8String } from '../../../src/x509/der.ts';
import { COMMON_NAME, COUNTRY, ORGANIZATION } from '../../../src/x509/oids.ts';
import { tbsPartsOf } from '../x509/der-members.ts';
import { generalName, handMadeRequest, nameOf } from '../x509/hand-made-request.ts';

import { hosts, outcomesUnder, worldWith } from './profile-world.ts';

describe('the subject under a profile', () => {
  it('fills the subject, and decides what of it the caller may set, by JSON and by CSR', async () => {
    const terms = {
      subject: { defaults: { organization: 'Dis', country: 'US' }, callerMaySet: ['commonName'] },
    };
    const names = [generalName.dns('a.b')];
    const name = (organization: string) =>
      nameOf([ORGANIZATION, utf8String(organization)], [COMMON_NAME, utf8String('a.b')]);
    assert.deepEqual(
      await outcomesUnder(
        terms,
        hosts('a.b'),
        { subject: { commonName: 'a.b', organization: 'Dis' }, ...hosts('a.b') },
        { subject: { organization: 'Evil', locality: 'X' }, ...hosts('a.b') },
        { csr: handMadeRequest({ subject: name('Dis'), names }) },
        { csr: handMadeRequest({ subject: name('Evil'), names }) },
      ),
      [
        'granted',
        'granted',
        'request-refused /subject/locality /subject/organization',
        'granted',
        'request-refused /csr',
      ],
    );
    const { certificate } = await (await worldWith(terms)).issue({
      profile: 'shop',
      ...hosts('a.b'),
    });
    assert.deepEqual(certificate.subject, {
      commonName: 'a.b',
      organization: 'Dis',
      country: 'US',
    });
  });

  it('lets a commonName that is the first name stand where the caller may set nothing', async () => {
    const terms = { subject: { callerMaySet: [] } };
    assert.deepEqual(
      await outcomesUnder(
        terms,
        hosts('a.b', 'c.d'),
        { subject: { commonName: 'a.b' }, ...hosts('a.b', 'c.d') },
        { subject: { commonName: 'c.d' }, ...hosts('a.b', 'c.d') },
      ),
      ['granted', 'granted', 'request-refused /subject/commonName'],
    );
  });

  it('keeps the order of a CSR’s subject, and writes any other in the order C, ST, L, O, OU, CN', async () => {
    const subject = nameOf(
      [COMMON_NAME, utf8String('a.b')],
      [ORGANIZATION, utf8String('Dis')],
      [COUNTRY, printableString('US')],
    );
    const world = await worldWith({});
    const csr = handMadeRequest({ subject, names: [generalName.dns('a.b')] });
    const kept = (await world.issue({ profile: 'shop', csr })).certificate;
    assert.deepEqual(tbsPartsOf(kept.der).subject, subject);
    const known = { commonName: 'a.b', organization: 'Dis', country: 'US' };
    const own = (await world.issue({ profile: 'shop', subject: known, ...hosts('a.b') }))
      .certificate;
    assert.equal(new X509Certificate(own.der).subject, 'C=US\nO=Dis\nCN=a.b');
    const adding = await worldWith({ subject: { defaults: { organizationalUnit: 'Tin' } } });
    const both = (await adding.issue({ profile: 'shop', csr })).certificate;
    assert.equal(new X509Certificate(both.der).subject, 'C=US\nO=Dis\nOU=Tin\nCN=a.b');
  });
});
