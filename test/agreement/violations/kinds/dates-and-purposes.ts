import * as der from '../../../../src/x509/der.ts';
import {
  CLIENT_AUTH,
  CODE_SIGNING,
  EXT_KEY_USAGE,
  KEY_USAGE,
  SERVER_AUTH,
} from '../../../../src/x509/oids.ts';
import { extensionValue, keyUsageOf } from '../../../support/hand-made-certificate.ts';
import { below, type Kinds, pathBelow, pathOf } from '../path-case.ts';
import { authority } from '../written-certificate.ts';

const PERIOD = 'RFC 5280 §6.1.3 (a)(2)';
const PURPOSE = 'RFC 5280 §4.2.1.12';

const purposes = (...ids: readonly string[]) => ({
  [EXT_KEY_USAGE]: extensionValue(...ids.map(der.oid)),
});

export const dates: Kinds = {
  'leaf-expired': {
    what: 'The leaf has expired.',
    source: PERIOD,
    make: (suite) => pathOf(suite, { days: [-20, -2] }),
  },
  'leaf-not-yet-valid': {
    what: 'The leaf is not yet valid.',
    source: PERIOD,
    make: (suite) => pathOf(suite, { days: [2, 20] }),
  },
  'leaf-dates-reversed': {
    what: 'The leaf ends before it begins, both in the past.',
    source: 'RFC 5280 §4.1.2.5',
    make: (suite) => pathOf(suite, { days: [-2, -20] }),
  },
  'issuing-expired': {
    what: 'The issuing authority has expired.',
    source: PERIOD,
    make: (suite) => pathBelow(suite, { days: [-20, -2] }),
  },
  'issuing-not-yet-valid': {
    what: 'The issuing authority is not yet valid.',
    source: PERIOD,
    make: (suite) => pathBelow(suite, { days: [2, 20] }),
  },
  'root-expired': {
    what: 'The trusted root has expired.',
    source: 'RFC 5280 §6.1.1 (d) leaves it to whoever trusts the root',
    make: (suite) => {
      const root = authority(suite, 'Old root', { keys: suite.keys.root, days: [-20, -2] });
      return pathOf(suite, {}, [below(suite, 'Issuing', { issuer: root }), root]);
    },
  },
};

export const purposesOfLeaves: Kinds = {
  'client-as-server': {
    what: 'A client’s certificate is shown by a server.',
    source: PURPOSE,
    make: (suite) => pathOf(suite, { extensions: purposes(CLIENT_AUTH) }),
  },
  'server-as-client': {
    what: 'A server’s certificate is shown by a client.',
    source: PURPOSE,
    make: (suite) => ({ ...withoutHost(pathOf(suite)), purpose: 'client' }),
  },
  'code-signing-as-server': {
    what: 'A certificate for signing code is shown by a server.',
    source: PURPOSE,
    make: (suite) => pathOf(suite, { extensions: purposes(CODE_SIGNING) }),
  },
  'unknown-purpose-as-server': {
    what: 'A certificate for a purpose of nobody’s is shown by a server.',
    source: PURPOSE,
    make: (suite) => pathOf(suite, { extensions: purposes('1.3.6.1.4.1.99999.5') }),
  },
  'usage-signs-crls-only': {
    what: 'A server’s key is for signing CRLs only.',
    source: `${PURPOSE}; RFC 8446 §4.4.2.2`,
    make: (suite) => pathOf(suite, { extensions: { [KEY_USAGE]: keyUsageOf('cRLSign') } }),
  },
  'usage-decipher-only': {
    what: 'A server’s key may do nothing that a handshake asks for.',
    source: `${PURPOSE}; RFC 8446 §4.4.2.2`,
    make: (suite) => pathOf(suite, { extensions: { [KEY_USAGE]: keyUsageOf('nonRepudiation') } }),
  },
  'purpose-not-the-issuers': {
    what: 'An authority for clients has issued a server’s certificate.',
    source: 'Mozilla Root Store Policy §5.3.1; Go crypto/x509 (ExtKeyUsages)',
    make: (suite) => pathBelow(suite, { extensions: purposes(CLIENT_AUTH) }),
  },
  'purpose-not-of-the-upper': {
    what: 'An authority for clients is two above a server’s certificate.',
    source: 'Mozilla Root Store Policy §5.3.1; Go crypto/x509 (ExtKeyUsages)',
    make: (suite) => {
      const upper = below(suite, 'Upper', { extensions: purposes(CLIENT_AUTH) });
      const lower = below(suite, 'Lower', { issuer: upper });
      return pathOf(suite, {}, [lower, upper, suite.root]);
    },
  },
  'purpose-of-servers-for-a-client': {
    what: 'An authority for servers has issued a client’s certificate.',
    source: 'Mozilla Root Store Policy §5.3.1; Go crypto/x509 (ExtKeyUsages)',
    make: (suite) => ({
      ...withoutHost(
        pathBelow(
          suite,
          { extensions: purposes(SERVER_AUTH) },
          { extensions: purposes(CLIENT_AUTH) },
        ),
      ),
      purpose: 'client',
    }),
  },
};

/** A client is asked for no host. */
export function withoutHost<T extends { readonly host?: string }>({ host: _, ...rest }: T) {
  return rest;
}
