import * as der from '../../../src/x509/der.ts';
import {
  ANY_EXTENDED_KEY_USAGE,
  AUTHORITY_INFO_ACCESS,
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  CERTIFICATE_POLICIES,
  CLIENT_AUTH,
  COMMON_NAME,
  COUNTRY,
  EXT_KEY_USAGE,
  INHIBIT_ANY_POLICY,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  OCSP_SIGNING,
  SERVER_AUTH,
  SUBJECT_ALT_NAME,
  SUBJECT_KEY_IDENTIFIER,
  TLS_FEATURE,
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
  aiaOverHttps,
  authority,
  ecKey,
  ecPoint,
  ed25519,
  goodModulus,
  host,
  issuing,
  leaf,
  madeUpRsaKey,
  names,
  ones,
  POINT,
  path,
  permittedDirectory,
  permittedHost,
  purposeLeftOut,
  purposes,
  type RuleBreaker,
  requestFor,
  requestOfAnotherKey,
  root,
  rsaKey,
  signedOverMd5,
  strangerSigned,
  tooLongAPath,
  underLeaf,
  X,
} from './broken-files.ts';
import { verifierRuleBreakers } from './verifier-rule-breakers.ts';

/** For every rule a file that breaks it, and it alone. */
export const ruleBreakers: Readonly<Record<string, RuleBreaker>> = {
  readable: leaf({ serialNumber: Buffer.of(2, 1, 0xff) }),
  'proof-of-possession': requestOfAnotherKey(),
  'request-critical-extensions': requestFor(
    der.sequence(
      der.oid('1.3.6.1.4.1.99999.1'),
      der.boolean(true),
      der.octetString(der.nullValue()),
    ),
  ),
  'request-for-authority': requestFor(
    der.sequence(
      der.oid(BASIC_CONSTRAINTS),
      der.boolean(true),
      der.octetString(der.sequence(der.boolean(true))),
    ),
  ),

  'version-3': {
    ...leaf({ version: 2 }),
    also: ['leaf-subject-key-identifier', 'authority-key-identifier'],
  },
  'no-unique-identifiers': leaf({ uniqueIdentifiers: [der.implicit(1, Buffer.of(0, 1))] }),
  'validity-in-order': {
    ...leaf({
      notBefore: new Date('2030-07-01T00:00:00Z'),
      notAfter: new Date('2030-06-20T00:00:00Z'),
    }),
    also: ['valid-now'],
  },
  'valid-now': leaf({ notAfter: new Date('2030-06-14T00:00:00Z') }),

  'subject-attribute-length': leaf({ subject: commonName('x'.repeat(65)) }),
  'subject-string-type': leaf({ subject: nameOf([COUNTRY, der.utf8String('GB')]) }),
  'subject-utf8-or-printable': leaf({ subject: nameOf(['2.5.4.10', der.bmpString('Dis')]) }),
  'subject-country-code': leaf({ subject: nameOf([COUNTRY, der.printableString('gb')]) }),

  'dns-name-form': leaf(names(host, generalName.dns('a_b.example.org.'))),
  'dns-name-no-address': leaf(names(host, generalName.dns('192.0.2.7'))),
  'email-address-form': leaf(names(host, generalName.email('Ops <ops@example.org>'))),
  'uri-form': leaf(names(host, generalName.uri('//example.org/a'))),
  'server-alt-name': leaf({ extensions: { [SUBJECT_ALT_NAME]: undefined } }),
  'authority-subject': path(handMadeAuthority('', { issuer: root, subject: der.sequence() }), root),
  'some-identity': leaf({ subject: der.sequence(), extensions: { [SUBJECT_ALT_NAME]: undefined } }),
  'alt-name-critical-alone': leaf({ subject: der.sequence() }),
  'alt-name-not-critical': leaf({
    extensions: { [SUBJECT_ALT_NAME]: critical(extensionValue(host)) },
  }),

  'rsa-key-size': leaf(rsaKey(1024)),
  'rsa-key-too-large': leaf(madeUpRsaKey(ones(2049))),
  'rsa-public-exponent': leaf(madeUpRsaKey(goodModulus, 3)),
  'rsa-modulus-hard-to-factor': leaf(madeUpRsaKey(ones(256))),
  'ec-curve': leaf(ecKey('secp224r1')),
  'ec-point-uncompressed': leaf(
    ecPoint(Buffer.concat([Buffer.of(2 + ((POINT.at(-1) ?? 0) & 1)), X])),
  ),
  'public-key-valid': leaf(ecPoint(Buffer.concat([Buffer.of(4), X, X]))),

  'key-usage-fits-key': leaf({
    extensions: { [KEY_USAGE]: keyUsageOf('digitalSignature', 'keyEncipherment') },
  }),
  'usages-share-a-purpose': leaf({ extensions: { [KEY_USAGE]: keyUsageOf('nonRepudiation') } }),
  'authority-constraints-critical': authority({
    extensions: { [BASIC_CONSTRAINTS]: extensionValue(der.boolean(true)) },
  }),
  'authority-key-usage': authority({ extensions: { [KEY_USAGE]: undefined } }),
  'authority-cert-sign': authority({ extensions: { [KEY_USAGE]: keyUsageOf('cRLSign') } }),
  'cert-sign-authorities-only': leaf({
    extensions: { [KEY_USAGE]: keyUsageOf('digitalSignature', 'keyCertSign') },
  }),
  'path-length-authorities-only': leaf({
    extensions: { [BASIC_CONSTRAINTS]: critical(extensionValue(der.integer(0))) },
  }),
  'key-usage-critical': leaf({
    extensions: { [KEY_USAGE]: { ...keyUsageOf('digitalSignature'), isCritical: false } },
  }),
  'any-purpose-not-critical': leaf({
    extensions: {
      [EXT_KEY_USAGE]: critical(
        extensionValue(der.oid(SERVER_AUTH), der.oid(ANY_EXTENDED_KEY_USAGE)),
      ),
    },
  }),
  'ocsp-responder-no-check': leaf({ extensions: { ...purposes(OCSP_SIGNING) } }),

  'no-unknown-critical-extension': leaf({
    extensions: { '1.3.6.1.4.1.99999.1': critical({ value: der.nullValue() }) },
  }),
  'constraining-extensions-critical': authority({
    extensions: { [NAME_CONSTRAINTS]: { value: permittedHost('example.org').value } },
  }),
  'identifying-extensions-not-critical': leaf({
    extensions: {
      [AUTHORITY_KEY_IDENTIFIER]: critical(extensionValue(der.implicit(0, issuing.keyIdentifier))),
    },
  }),
  'name-constraints-authorities-only': leaf({
    extensions: { [NAME_CONSTRAINTS]: permittedHost('example.org') },
  }),
  'extension-values-well-formed': leaf({
    extensions: { [CERTIFICATE_POLICIES]: extensionValue() },
  }),
  'authority-extensions-authorities-only': leaf({
    extensions: { [INHIBIT_ANY_POLICY]: critical({ value: der.integer(0) }) },
  }),
  'authority-subject-key-identifier': authority({
    extensions: { [SUBJECT_KEY_IDENTIFIER]: undefined },
  }),
  'leaf-subject-key-identifier': leaf({ extensions: { [SUBJECT_KEY_IDENTIFIER]: undefined } }),
  'authority-key-identifier': leaf({ extensions: { [AUTHORITY_KEY_IDENTIFIER]: undefined } }),
  'issuers-key-identifier': leaf({
    extensions: { [AUTHORITY_KEY_IDENTIFIER]: extensionValue(der.implicit(0, root.keyIdentifier)) },
  }),
  'issuers-serial-number': leaf({
    extensions: {
      [AUTHORITY_KEY_IDENTIFIER]: extensionValue(
        der.implicit(0, issuing.keyIdentifier),
        der.implicitConstructed(1, generalName.directory(issuing.subject)),
        der.implicit(2, Buffer.of(7)),
      ),
    },
  }),
  'go-name-constraint-kinds': authority({
    extensions: { [NAME_CONSTRAINTS]: permittedDirectory() },
  }),
  'addresses-http': leaf({ extensions: { [AUTHORITY_INFO_ACCESS]: aiaOverHttps } }),

  'signature-hash': leaf({
    signatureAlgorithm: der.sequence(der.oid('1.2.840.10045.4.1')),
    hash: 'sha1',
  }),
  'java-signature-hash': signedOverMd5(),

  'apple-rsa-key-size': leaf(rsaKey(1024)),
  'apple-server-auth': leaf({ extensions: { ...purposes(CLIENT_AUTH) } }),
  'apple-validity': leaf({
    notBefore: new Date('2030-06-01T00:00:00Z'),
    notAfter: new Date('2032-09-03T00:00:00Z'),
  }),

  'envoy-rsa-key-size': leaf(rsaKey(1024)),
  'envoy-key-kind': leaf(ecKey('secp256k1')),
  'envoy-p384': leaf(ecKey('secp384r1')),
  'envoy-p521': leaf(ecKey('secp521r1')),
  'envoy-ed25519': leaf(ed25519),
  'envoy-must-staple': leaf({ extensions: { [TLS_FEATURE]: extensionValue(der.integer(5)) } }),
  'istio-authority-purposes': {
    ...authority({ extensions: { ...purposes(CLIENT_AUTH) } }),
    also: ['path-purposes-nest'],
  },

  'envoy-ec-digital-signature': leaf({ extensions: { [KEY_USAGE]: keyUsageOf('keyAgreement') } }),
  'envoy-server-name': leaf({
    subject: nameOf(['2.5.4.10', der.utf8String('Dis')]),
    ...names(generalName.email('ops@example.org')),
  }),

  'application-gateway-key': leaf(ed25519),
  'application-gateway-own-issuer': { file: [handMadeCertificate({}).der] },
  'application-gateway-issuer-name': leaf({
    subject: nameOf(['2.5.4.10', der.utf8String('Dis')], [COMMON_NAME, der.utf8String('Issuing')]),
  }),
  'application-gateway-purpose': leaf({ extensions: { ...purposes(OCSP_SIGNING) } }),
  'application-gateway-pfx-size': leaf(
    names(host, ...Array.from({ length: 700 }, (_, n) => generalName.dns(`host-${n}.example.org`))),
  ),
  'application-gateway-whole-chain': path(handMadeCertificate({ issuer: issuing }), issuing),

  ...verifierRuleBreakers,

  'path-in-order': {
    ...path(handMadeCertificate({ issuer: issuing }), root, issuing),
    also: ['application-gateway-whole-chain'],
  },
  'path-signatures': strangerSigned(),
  'path-issuers-are-authorities': underLeaf(),
  'path-issuers-cert-sign': authority({ extensions: { [KEY_USAGE]: keyUsageOf('cRLSign') } }),
  'path-length': tooLongAPath(),
  'path-name-constraints': authority({
    extensions: { [NAME_CONSTRAINTS]: permittedHost('other.example') },
  }),
  'path-purposes-nest': purposeLeftOut(),
  'path-purposes-by-name': authority({ extensions: { ...purposes(ANY_EXTENDED_KEY_USAGE) } }),
  'path-outlived-issuer': authority({ notAfter: new Date('2030-11-01T00:00:00Z') }),
};
