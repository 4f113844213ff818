import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { generalName, handMadeRequest } from '../x509/hand-made-request.ts';

import { hosts, outcomesUnder } from './profile-world.ts';

describe('the names under a profile', () => {
  it('takes only the kinds of names that it allows, and needs one of those that it requires', async () => {
    const subjectAltNames = { allowed: ['dnsNames', 'uris'], required: ['uris'], maximumUris: 1 };
    assert.deepEqual(
      await outcomesUnder(
        { subjectAltNames },
        { uris: ['urn:a:b'] },
        hosts('a.b'),
        { uris: ['urn:a:b'], ipAddresses: ['192.0.2.1'], emailAddresses: ['a@b'] },
        { uris: ['urn:a:b', 'urn:a:c'] },
      ),
      [
        'granted',
        'request-refused /uris',
        'request-refused /ipAddresses/0 /emailAddresses/0',
        'request-refused /uris/1',
      ],
    );
  });

  it('takes wildcards only where it says so', async () => {
    const wildcard = hosts('a.example.org', '*.example.org');
    assert.deepEqual(await outcomesUnder({ subjectAltNames: {} }, wildcard), [
      'request-refused /dnsNames/1',
    ]);
    assert.deepEqual(await outcomesUnder({ subjectAltNames: { wildcards: true } }, wildcard), [
      'granted',
    ]);
  });

  it('limits names by pattern, whatever way they come in', async () => {
    const subjectAltNames = {
      dnsNames: { permitted: ['example.org'], excluded: ['admin.example.org'] },
      ipAddresses: { permitted: ['10.0.0.0/8'], excluded: ['10.9.0.0/16'] },
      emailAddresses: { permitted: ['example.org'] },
      uris: { permitted: ['spiffe://example.org/**'] },
      wildcards: true,
    };
    const csr = (names: readonly Buffer[]) => ({ csr: handMadeRequest({ names }) });
    assert.deepEqual(
      await outcomesUnder(
        { extKeyUsage: ['clientAuth'], subjectAltNames },
        { ...hosts('a.example.org'), ipAddresses: ['10.1.1.1'], uris: ['spiffe://example.org/a'] },
        hosts('evil.test', 'admin.example.org', '*.example.org', '*.a.example.org'),
        { ipAddresses: ['10.9.1.1', '192.0.2.1'], emailAddresses: ['a@evil.test'] },
        { uris: ['spiffe://evil.test/a', 'spiffe://example.org/%2e%2e/a'] },
        csr([generalName.ip(Buffer.from([192, 0, 2, 1]))]),
        csr([generalName.dns('evil.test')]),
        { subject: { commonName: 'evil.test' } },
        { subject: { commonName: '192.0.2.1' } },
        { subject: { commonName: 'build agent 7' } },
      ),
      [
        'granted',
        'request-refused /dnsNames/0 /dnsNames/1 /dnsNames/2',
        'request-refused /ipAddresses/0 /ipAddresses/1 /emailAddresses/0',
        // The second is no SPIFFE ID besides.
        'request-refused /uris/1 /uris/0 /uris/1',
        'request-refused /csr',
        'request-refused /csr',
        'request-refused /subject/commonName',
        'request-refused /subject/commonName',
        'granted',
      ],
    );
  });

  it('takes no host in the commonName that it would not take as a name', async () => {
    const uris = ['spiffe://example.org/a'];
    const named = (commonName: string) => ({ subject: { commonName }, uris });
    const refused = 'request-refused /subject/commonName';
    const workload = {
      extKeyUsage: ['serverAuth'],
      subject: { commonName: 'any' },
      subjectAltNames: { allowed: ['uris'], required: ['uris'] },
    };
    const hostsAsNames = ['www.bank.test', '*.bank.test', 'vault', 'Vault', '192.0.2.1'].map(named);
    const people = ['build agent 7', 'Müller', 'Иванов'].map(named);
    assert.deepEqual(await outcomesUnder(workload, ...hostsAsNames, ...people), [
      ...hostsAsNames.map(() => refused),
      ...people.map(() => 'granted'),
    ]);
    const clients = { ...workload, extKeyUsage: ['clientAuth'] };
    assert.deepEqual(
      await outcomesUnder(clients, named('jane.doe'), named('vault'), named('*.bank.test')),
      ['granted', 'granted', refused],
    );
    const builtIn = (commonName: string) => ({ ...named(commonName), profile: 'spiffe' });
    assert.deepEqual(
      await outcomesUnder({}, builtIn('web.example.org'), builtIn('web'), builtIn('*.bank.test')),
      ['granted', 'granted', refused],
    );
    const permitting = {
      ...workload,
      subjectAltNames: { required: ['uris'], dnsNames: { permitted: ['web'] } },
    };
    assert.deepEqual(await outcomesUnder(permitting, named('web'), named('vault')), [
      'granted',
      refused,
    ]);
  });

  it('judges the commonName as the host that is read in it, whatever signs it is written with', async () => {
    const refused = 'request-refused /subject/commonName';
    const named = (commonName: string) => ({ subject: { commonName }, uris: ['urn:a:b'] });
    const clients = {
      extKeyUsage: ['clientAuth'],
      subjectAltNames: { dnsNames: { excluded: ['paypal.com', 'bücher.example'] } },
    };
    for (const commonName of [
      'paypal.com',
      '𝗽𝗮𝘆𝗽𝗮𝗹.com',
      'ｐａｙｐａｌ.com',
      'paypal。com',
      'paypal．com',
      'paypal.com．',
      'https://𝗽𝗮𝘆𝗽𝗮𝗹.com/login',
      'BÜCHER.example',
      'Bu\u0308cher.example',
    ]) {
      const [outcome = ''] = await outcomesUnder(clients, named(commonName));
      assert.ok(outcome.startsWith(refused), commonName);
    }
    const servers = { subject: { commonName: 'any' }, subjectAltNames: { allowed: ['uris'] } };
    for (const commonName of ['𝘃𝗮𝘂𝗹𝘁', '𝗽𝗮𝘆𝗽𝗮𝗹.com', 'paypal。com']) {
      const [outcome = ''] = await outcomesUnder(servers, named(commonName));
      assert.ok(outcome.startsWith(refused), commonName);
    }
  });
});
