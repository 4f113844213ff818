import { generateKeyPairSync } from 'node:crypto';
import * as der from '../../../src/x509/der.ts';
import {
  ANY_EXTENDED_KEY_USAGE,
  BASIC_CONSTRAINTS,
  CRL_DISTRIBUTION_POINTS,
  EMAIL_ADDRESS,
  KEY_USAGE,
  POLICY_CONSTRAINTS,
  SUBJECT_ALT_NAME,
} from '../../../src/x509/oids.ts';
import {
  commonName,
  critical,
  extensionValue,
  handMadeAuthority,
  handMadeCertificate,
  keyUsageOf,
} from '../../support/hand-made-certificate.ts';
import { generalName, nameOf } from '../x509/hand-made-request.ts';
import {
  authority,
  constrained,
  ecKey,
  ed25519,
  goodModulus,
  host,
  leaf,
  madeUpRsaKey,
  names,
  path,
  purposes,
  type RuleBreaker,
  root,
  rsaKey,
} from './broken-files.ts';

const registeredId = der.implicit(8, der.oid('1.2.3').subarray(2));
const mailbox = nameOf([EMAIL_ADDRESS, der.ia5String('ops@other.example')]);

/** The same for the rules of OpenSSL, Go and Java. */
export const verifierRuleBreakers: Readonly<Record<string, RuleBreaker>> = {
  'openssl-key-strength': leaf(rsaKey(1024)),
  'short-curve': leaf(ecKey('prime192v1')),
  'go-rsa-key-size': leaf(rsaKey(512)),
  'go-ec-curve': leaf(ecKey('secp256k1')),
  'java-rsa-key-size': leaf(rsaKey(512)),
  'java-ed25519': leaf(ed25519),
  'openssl-any-purpose': leaf({ extensions: { ...purposes(ANY_EXTENDED_KEY_USAGE) } }),
  'openssl-ecdsa-sha3': leaf({
    signatureAlgorithm: der.sequence(der.oid('2.16.840.1.101.3.4.3.10')),
    hash: 'sha3-256',
  }),
  'go-signature-algorithm': leaf({
    signatureAlgorithm: der.sequence(der.oid('1.2.840.10045.4.3.1')),
    hash: 'sha224',
  }),
  'go-uri-form': leaf(names(host, generalName.uri('https://a..example.org/'))),
  'go-string-types': leaf({ subject: nameOf(['2.5.4.45', der.bitString(Buffer.of(7))]) }),
  'go-path-length': aboveItself(),
  'java-digital-signature': leaf({ extensions: { [KEY_USAGE]: keyUsageOf('nonRepudiation') } }),
  'java-critical-extensions': leaf({
    extensions: {
      [CRL_DISTRIBUTION_POINTS]: critical(
        extensionValue(
          der.sequence(
            der.explicit(0, der.implicitConstructed(0, generalName.uri('http://x.example/a.crl'))),
          ),
        ),
      ),
    },
  }),
  'java-issuer-curve': belowCurve('secp224r1'),
  'go-name-constraint-other-kinds': constrained({ excluded: [registeredId] }),
  'path-issuer-octets': leaf({ issuerName: commonName('ISSUING') }),
  'path-explicit-policy': authority({
    extensions: { [POLICY_CONSTRAINTS]: critical(extensionValue(der.implicit(0, Buffer.of(0)))) },
  }),
  'path-subject-email': constrained(
    { permitted: [generalName.email('example.org')] },
    { subject: mailbox, extensions: { [SUBJECT_ALT_NAME]: undefined } },
  ),
  'openssl-subject-email': constrained(
    { permitted: [generalName.email('example.org')] },
    { subject: mailbox },
  ),
  'openssl-common-name-constraints': constrained(
    { permitted: [generalName.dns('other.example')] },
    names(generalName.email('ops@example.org')),
  ),
  'java-common-name-constraints': constrained(
    { permitted: [generalName.dns('example.org')] },
    { subject: commonName('agent7'), ...names(generalName.email('ops@example.org')) },
  ),
  'path-constraint-kinds': {
    ...constrained({ excluded: [registeredId] }, names(host, registeredId)),
    also: ['go-name-constraint-other-kinds'],
  },
  'java-address-constraints': constrained(
    {
      permitted: [generalName.ip(Buffer.from('0a000000ff000000', 'hex'))],
      excluded: [generalName.ip(Buffer.alloc(32))],
    },
    names(host, generalName.ip(Buffer.of(10, 1, 2, 3))),
  ),
  'java-constraint-form': constrained({ excluded: [generalName.uri('https://example.com')] }),
  'java-rsa-public-exponent': leaf(madeUpRsaKey(goodModulus, 1)),
};

/** An authority that may have none below it has issued another key of its own. */
function aboveItself(): RuleBreaker {
  const zero = critical(extensionValue(der.boolean(true), der.integer(0)));
  const upper = handMadeAuthority('Twice', {
    issuer: root,
    extensions: { [BASIC_CONSTRAINTS]: zero },
  });
  const lower = handMadeAuthority('Twice', { issuer: upper });
  return path(handMadeCertificate({ issuer: lower }), lower, upper, root);
}

function belowCurve(namedCurve: string): RuleBreaker {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve });
  const issuer = handMadeAuthority('Curved', { issuer: root, publicKey });
  return path(handMadeCertificate({ issuer, signedWith: privateKey }), issuer, root);
}
