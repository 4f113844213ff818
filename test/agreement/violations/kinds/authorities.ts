import * as der from '../../../../src/x509/der.ts';
import {
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  SUBJECT_KEY_IDENTIFIER,
} from '../../../../src/x509/oids.ts';
import {
  commonName,
  critical,
  extensionValue,
  keyUsageOf,
} from '../../../support/hand-made-certificate.ts';
import { generalName } from '../../../unit/x509/hand-made-request.ts';
import { below, type Kinds, pathBelow, pathOf, served } from '../path-case.ts';
import { authority, usageOf, written } from '../written-certificate.ts';
import { constraints } from './name-constraints.ts';

const ISSUERS = 'RFC 5280 §6.1.4 (k), (n)';
const LENGTH = 'RFC 5280 §6.1.4 (l), (m)';

export const pathLength = (length: number) => ({
  extensions: {
    [BASIC_CONSTRAINTS]: critical(extensionValue(der.boolean(true), der.integer(length))),
  },
});

export const pathLengths: Kinds = {
  'path-length-zero': {
    what: 'An authority stands below one that may have none below it.',
    source: LENGTH,
    make: (suite) => {
      const upper = below(suite, 'Upper', pathLength(0));
      return pathOf(suite, {}, [below(suite, 'Lower', { issuer: upper }), upper, suite.root]);
    },
  },
  'path-length-one': {
    what: 'Two authorities stand below one that may have one below it.',
    source: LENGTH,
    make: (suite) => {
      const upper = below(suite, 'Upper', pathLength(1));
      const middle = below(suite, 'Middle', { issuer: upper });
      const lower = below(suite, 'Lower', { issuer: middle });
      return pathOf(suite, {}, [lower, middle, upper, suite.root]);
    },
  },
  'path-length-of-root': {
    what: 'An authority stands below a root that may have none below it.',
    source: 'RFC 5280 §6.1.1 (d) leaves it to whoever trusts the root; RFC 5937 §3.2',
    make: (suite) => {
      const root = authority(suite, 'Short root', { keys: suite.keys.root, ...pathLength(0) });
      return pathOf(suite, {}, [below(suite, 'Issuing', { issuer: root }), root]);
    },
  },
};

export const issuers: Kinds = {
  'issuer-is-a-leaf': {
    what: 'A server’s certificate has issued another.',
    source: ISSUERS,
    make: (suite) => {
      const issuer = written(suite, { issuer: suite.root, subject: commonName('Middle') });
      return pathOf(suite, {}, [issuer, suite.root]);
    },
  },
  'issuer-without-authority-bit': {
    what: 'The issuer has keyCertSign, and its basicConstraints say that it is no authority.',
    source: ISSUERS,
    make: (suite) =>
      pathBelow(suite, { extensions: { [BASIC_CONSTRAINTS]: critical(extensionValue()) } }),
  },
  'issuer-without-basic-constraints': {
    what: 'The issuer has no basicConstraints.',
    source: ISSUERS,
    make: (suite) => pathBelow(suite, { extensions: { [BASIC_CONSTRAINTS]: undefined } }),
  },
  'issuer-without-cert-sign': {
    what: 'The issuer’s keyUsage lacks keyCertSign.',
    source: ISSUERS,
    make: (suite) => pathBelow(suite, { extensions: { [KEY_USAGE]: keyUsageOf('cRLSign') } }),
  },
  'issuer-version-1': {
    what: 'The issuer’s certificate is of version 1.',
    source: ISSUERS,
    make: (suite) => {
      const parts = { issuer: suite.root, subject: commonName('Old'), keys: suite.keys.issuing };
      return pathOf(suite, {}, [written(suite, { ...parts, version: [] }), suite.root]);
    },
  },
  'constraints-not-critical': {
    what: 'The issuer’s basicConstraints are not critical.',
    source: 'RFC 5280 §4.2.1.9',
    make: (suite) =>
      pathBelow(suite, { extensions: { [BASIC_CONSTRAINTS]: extensionValue(der.boolean(true)) } }),
  },
  'issuer-without-key-usage': {
    what: 'The issuer has no keyUsage.',
    source: 'RFC 5280 §4.2.1.3',
    make: (suite) => pathBelow(suite, { extensions: { [KEY_USAGE]: undefined } }),
  },
  'issuer-without-key-identifier': {
    what: 'The issuer has no subjectKeyIdentifier.',
    source: 'RFC 5280 §4.2.1.2',
    make: (suite) => pathBelow(suite, { extensions: { [SUBJECT_KEY_IDENTIFIER]: undefined } }),
  },
  'leaf-signs-certificates': {
    what: 'A server’s certificate has keyCertSign.',
    source: 'RFC 5280 §4.2.1.3',
    make: (suite) =>
      pathOf(suite, {
        extensions: { [KEY_USAGE]: usageOf(suite.keys.leaf.publicKey, 'keyCertSign') },
      }),
  },
  'leaf-with-path-length': {
    what: 'A server’s certificate has a pathLenConstraint.',
    source: 'RFC 5280 §4.2.1.9',
    make: (suite) =>
      pathOf(suite, {
        extensions: { [BASIC_CONSTRAINTS]: critical(extensionValue(der.integer(0))) },
      }),
  },
  'leaf-constrains-names': {
    what: 'A server’s certificate has nameConstraints.',
    source: 'RFC 5280 §4.2.1.10',
    make: (suite) => pathOf(suite, constraints({ permitted: [generalName.dns('example.org')] })),
  },
  'empty-name-constraints': {
    what: 'The issuer’s nameConstraints neither permit nor exclude.',
    source: 'RFC 5280 §4.2.1.10',
    make: (suite) =>
      pathBelow(suite, { extensions: { [NAME_CONSTRAINTS]: critical(extensionValue()) } }),
  },
  'issuer-without-subject': {
    what: 'The issuer has no subject.',
    source: 'RFC 5280 §4.1.2.6',
    make: (suite) => pathBelow(suite, { subject: der.sequence() }),
  },
};

export const links: Kinds = {
  'other-key-identifier': {
    what: 'The authorityKeyIdentifier is not the issuer’s subjectKeyIdentifier.',
    source: 'RFC 5280 §4.2.1.1',
    make: (suite) =>
      pathOf(suite, {
        extensions: {
          [AUTHORITY_KEY_IDENTIFIER]: extensionValue(der.implicit(0, suite.root.keyIdentifier)),
        },
      }),
  },
  'other-issuer-and-serial-number': {
    what: 'The authorityKeyIdentifier names another certificate than the issuer’s.',
    source: 'RFC 5280 §4.2.1.1',
    make: (suite) => {
      const name = der.implicitConstructed(1, generalName.directory(commonName('Somebody')));
      const id = der.implicit(0, suite.issuing.keyIdentifier);
      const value = extensionValue(id, name, der.implicit(2, Buffer.of(7)));
      return pathOf(suite, { extensions: { [AUTHORITY_KEY_IDENTIFIER]: value } });
    },
  },
  'no-authority-key-identifier': {
    what: 'The leaf does not say whose key has signed it.',
    source: 'RFC 5280 §4.2.1.1',
    make: (suite) => pathOf(suite, { extensions: { [AUTHORITY_KEY_IDENTIFIER]: undefined } }),
  },
  'issuer-name-of-another': {
    what: 'The issuer’s name is not that of the certificate above.',
    source: 'RFC 5280 §6.1.3 (a)(4)',
    make: (suite) => pathOf(suite, { issuerName: commonName('Somebody') }),
  },
  'self-signed': {
    what: 'The leaf has signed itself, and is not trusted.',
    source: 'RFC 5280 §6.1',
    make: (suite) => ({
      ...served(written(suite, {}), []),
      trusted: suite.root.der,
    }),
  },
  'root-of-another': {
    what: 'The trusted root has the name of the path’s and another key.',
    source: 'RFC 5280 §6.1.3 (a)(1)',
    make: (suite) => ({
      ...pathOf(suite),
      trusted: authority(suite, 'Root', { keys: suite.keys.stranger }).der,
    }),
  },
  'issuer-left-out': {
    what: 'The issuing authority’s certificate is not there.',
    source: 'RFC 5246 §7.4.2; RFC 5280 §6.1',
    make: (suite) => {
      const { path, ...rest } = pathOf(suite);
      return { ...rest, path: path.toSpliced(1, 1) };
    },
  },
  'leaf-twice-as-issuer': {
    what: 'The leaf names itself as its issuer, and the issuing authority has signed it.',
    source: 'RFC 5280 §6.1.3 (a)(4)',
    make: (suite) => pathOf(suite, { issuerName: commonName('www.example.org') }),
  },
};
