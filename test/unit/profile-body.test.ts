import assert from 'node:assert/strict';
import { describe, it } from 'node:test';
import { ProfileBody, presentProfile } from '../../api/schemas/profile.ts';
import { ia5String, integer } from '../../src/x509/der.ts';

describe('what a profile may be', () => {
  const faultsIn = (body: object) =>
    ProfileBody.safeParse({ name: 'shop', ...body }).error?.issues.map(({ path }) =>
      path.join('/'),
    ) ?? [];

  it('is refused with the place of each contradiction', () => {
    for (const [body, place] of [
      [{ keyUsage: ['keyCertSign'] }, 'keyUsage'],
      [{ name: 'root', keyUsage: ['cRLSign'] }, 'keyUsage'],
      [{ name: 'root', subjectAltNames: { allowed: ['dnsNames'] } }, 'subjectAltNames/allowed'],
      [{ extKeyUsage: ['serverAuth', '1.3.6.1.5.5.7.3.1'] }, 'extKeyUsage'],
      [{ extKeyUsage: ['timeStamping', 'codeSigning'] }, 'extKeyUsage'],
      [{ extKeyUsage: ['everything'] }, 'extKeyUsage/0'],
      [{ extKeyUsage: ['3.1.1'] }, 'extKeyUsage/0'],
      [{ extKeyUsage: ['1.99.1'] }, 'extKeyUsage/0'],
      [{ extensions: [{ oid: '0.40.1', value: 'BQA=' }] }, 'extensions/0/oid'],
      [{ extKeyUsage: ['constructor'] }, 'extKeyUsage/0'],
      [{ extensions: [{ oid: 'hasOwnProperty', value: 'BQA=' }] }, 'extensions/0/oid'],
      [{ keyAlgorithms: [] }, 'keyAlgorithms'],
      [{ keyAlgorithms: ['dsa'] }, 'keyAlgorithms/0'],
      [{ keyUsage: ['digitalSignature', 'digitalSignature'] }, 'keyUsage'],
      [{ keyUsage: ['keyEncipherment'] }, 'keyUsage'],
      [{ keyUsage: ['keyAgreement'], keyAlgorithms: ['rsa-2048'] }, 'keyUsage'],
      [{ keyUsage: ['digitalSignature', 'encipherOnly'] }, 'keyUsage'],
      [{ validity: { default: '5m', maximum: '5m' } }, 'validity/maximum'],
      [{ validity: { minimum: '90d', default: '90d', maximum: '90d' } }, 'validity/maximum'],
      [{ name: 'root', validity: { backdate: '1h', maximum: '1h' } }, 'validity/maximum'],
      [{ validity: { backdate: '49h', default: '1d' } }, 'validity/backdate'],
      [{ validity: { minimum: '2d', default: '1d' } }, 'validity/default'],
      [{ validity: { default: '2d', maximum: '1d' } }, 'validity/maximum'],
      [{ subject: { callerMaySet: ['serialNumber'] } }, 'subject/callerMaySet/0'],
      [{ subject: { defaults: { country: 'usa' } } }, 'subject/defaults/country'],
      [
        { subjectAltNames: { allowed: ['uris'], required: ['dnsNames'] } },
        'subjectAltNames/required/0',
      ],
      [
        { subject: { callerMaySet: [] }, subjectAltNames: { allowed: [] } },
        'subjectAltNames/allowed',
      ],
      [
        { extKeyUsage: ['serverAuth'], subjectAltNames: { allowed: [] } },
        'subjectAltNames/allowed',
      ],
      [
        { subjectAltNames: { dnsNames: { permitted: ['*.A'] } } },
        'subjectAltNames/dnsNames/permitted/0',
      ],
      [{ subjectAltNames: { dnsNames: { permitted: [] } } }, 'subjectAltNames/dnsNames/permitted'],
      [
        { subjectAltNames: { ipAddresses: { excluded: ['10.0.0.1/8'] } } },
        'subjectAltNames/ipAddresses/excluded/0',
      ],
      [{ subjectAltNames: { uris: { permitted: ['a b:c'] } } }, 'subjectAltNames/uris/permitted/0'],
      [{ extensions: [{ oid: '2.5.29.17', value: 'MAA=' }] }, 'extensions/0'],
      [{ extensions: [{ oid: '1.2.3', critical: true, value: 'BQA=' }] }, 'extensions/0'],
      [{ extensions: [{ oid: '1.2.3', value: 'BQ==' }] }, 'extensions/0'],
      [{ extensions: [{ oid: '2.5.29.32', value: 'MAA=' }] }, 'extensions/0'],
      [{ extensions: [{ oid: '2.5.29.54', critical: true, value: 'AgEA' }] }, 'extensions/0'],
      [{ extensions: [{ oid: '2.16.840.1.113730.1.1', value: 'AwICBA==' }] }, 'extensions/0'],
      [
        {
          extensions: [
            { oid: '1.2.3', value: integer(1).toString('base64') },
            { oid: '1.2.3', value: ia5String('a').toString('base64') },
          ],
        },
        'extensions/1/oid',
      ],
      [{ surprise: 1 }, ''],
    ] as const) {
      assert.ok(
        faultsIn(body).includes(place),
        `${JSON.stringify(body)}: ${faultsIn(body).join(', ')}`,
      );
    }
    assert.deepEqual(faultsIn({}), []);
    assert.deepEqual(faultsIn({ extKeyUsage: ['timeStamping'] }), []);
    const above = { name: 'intermediate', extKeyUsage: ['timeStamping', 'codeSigning'] };
    assert.deepEqual(faultsIn(above), []);
    const extensions = [
      { oid: '2.5.29.54', critical: true, value: 'AgEA' },
      { oid: '2.16.840.1.113730.1.1', value: 'AwICBA==' },
    ];
    assert.deepEqual(faultsIn({ name: 'intermediate', extensions }), []);
  });

  it('has the bounds of any other where its validity leaves them out', () => {
    const validityOf = (validity: object, name = 'shop') =>
      ProfileBody.parse({ name, validity }).validity;
    assert.deepEqual(validityOf({ default: '7d' }), {
      backdate: '5m',
      default: '7d',
      maximum: '825d',
    });
    assert.equal(validityOf({ default: '3y' }).maximum, '3y');
    assert.deepEqual(validityOf({ maximum: '90d' }).default, '30d');
    assert.deepEqual(validityOf({ maximum: '1d' }).default, '1d');
    assert.deepEqual(validityOf({}, 'spiffe'), { backdate: '5m', default: '30d', maximum: '825d' });
    assert.deepEqual(validityOf({}, 'root'), { backdate: '5m' });
  });

  it('has its key usages in the order of a certificate, whatever the file has', () => {
    const { keyUsage } = ProfileBody.parse({
      name: 'shop',
      keyUsage: ['keyAgreement', 'nonRepudiation', 'digitalSignature'],
    });
    assert.deepEqual(keyUsage, ['digitalSignature', 'nonRepudiation', 'keyAgreement']);
  });

  it('says what is wrong with an object identifier', () => {
    const wordsFor = (body: object) =>
      ProfileBody.safeParse({ name: 'shop', ...body }).error?.issues.map(({ message }) => message);
    const words = ['is not an object identifier: under 1 the arcs end at 39'];
    assert.deepEqual(wordsFor({ extKeyUsage: ['1.99.1'] }), words);
    assert.deepEqual(wordsFor({ extensions: [{ oid: '1.99.1', value: 'BQA=' }] }), words);
  });

  it('names purposes by words of RFC 5280, or by object identifiers, of UUIDs too', () => {
    const uuid = '2.25.329800735698586629295641978511506172918';
    const profile = ProfileBody.parse({
      name: 'shop',
      extKeyUsage: ['anyExtendedKeyUsage', 'OCSPSigning', uuid],
      extensions: [{ oid: `${uuid}.1`, value: 'BQA=' }],
    });
    assert.deepEqual(profile.extKeyUsage, ['2.5.29.37.0', '1.3.6.1.5.5.7.3.9', uuid]);
    const { extKeyUsage } = presentProfile(profile);
    assert.deepEqual(extKeyUsage, ['anyExtendedKeyUsage', 'OCSPSigning', uuid]);
  });
});
