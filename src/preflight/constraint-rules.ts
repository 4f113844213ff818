import type { DecodedCertificate } from '../x509/decode-certificate.ts';
import { ipOctets, ipRangeOctets } from '../x509/ip-address.ts';
import {
  isConstraining,
  type NameConstraintSubtrees,
  type NameConstraints,
} from '../x509/name-constraints.ts';
import { NAME_CONSTRAINTS } from '../x509/oids.ts';
import { type CertificateCandidate, isSelfIssued, type PathCandidate } from './candidate.ts';
import { JavaFailure, type JavaRanges, merged, permits } from './java-ip-ranges.ts';
import { pathNameFault } from './path-names.ts';
import { firstOf, labelAt } from './path-step.ts';
import { quoted } from './quoted.ts';
import type { Rule } from './rule.ts';

/** Each is held against every other; nobody writes so many. */
const MAX_RANGES = 500;

/** Which nameConstraints Go and Java read. */
export const constraintRules: readonly Rule<CertificateCandidate>[] = [
  {
    id: 'go-name-constraint-other-kinds',
    severity: 'error',
    consumers: ['go', 'istio'],
    roles: ['authority'],
    part: 'certificate',
    requirement:
      'Critical nameConstraints speak of DNS names, IP addresses, mailboxes and URIs alone, also where they constrain other names in vain.',
    source: 'Go crypto/x509 (parseNameConstraintsExtension)',
    prevents: { go: 'x509: unhandled critical extension' },
    isInherited: true,
    faultOf: ({ values: { nameConstraints }, certificate: { criticalExtensions } }) => {
      const kinds = otherKindsOf(nameConstraints);
      return criticalExtensions.includes(NAME_CONSTRAINTS) && kinds.length > 0
        ? `has nameConstraints of kind ${kinds.join(', ')}`
        : undefined;
    },
  },
  {
    id: 'java-constraint-form',
    severity: 'error',
    consumers: ['java'],
    roles: ['authority'],
    part: 'certificate',
    requirement: 'A dNSName of nameConstraints is not empty, and a URI there is a host alone.',
    source: 'JDK sun.security.x509.DNSName; sun.security.x509.URIName (nameConstraint)',
    prevents: { java: 'invalid URI name constraint' },
    faultOf: ({ values: { nameConstraints } }) => {
      if (subtreesOf(nameConstraints, 'dnsNames').includes('')) {
        return 'has nameConstraints of an empty dNSName';
      }
      const uri = subtreesOf(nameConstraints, 'uriDomains').find((base) => base.includes(':'));
      return uri === undefined ? undefined : `has nameConstraints of the URI ${quoted(uri)}`;
    },
  },
];

/** How nameConstraints are beyond what those who verify a path can compare. */
export const constraintPathRules: readonly Rule<PathCandidate>[] = [
  {
    id: 'path-constraint-kinds',
    severity: 'error',
    consumers: ['rfc5280', 'envoy', 'istio', 'openssl', 'java'],
    part: 'certificate',
    requirement:
      'No authority constrains names of a kind that nobody compares, such as registeredID, where one stands below it.',
    source: 'RFC 5280 §4.2.1.10 (process the constraint or reject the certificate)',
    prevents: {
      openssl: 'unsupported name constraint type',
      java: 'matching are not supported',
    },
    isInherited: true,
    faultOf: (path) =>
      firstOf(path, ({ certificate: { names }, label, above }) => {
        if (names.otherKinds.length === 0) return undefined;
        const constrained = above.flatMap(({ nameConstraints }) => otherKindsOf(nameConstraints));
        const kind = names.otherKinds.find((one) => constrained.includes(one));
        return kind === undefined
          ? undefined
          : `${label} has a ${kind}, and an authority constrains such names`;
      }),
  },
  {
    id: 'java-address-constraints',
    severity: 'error',
    consumers: ['java'],
    part: 'certificate',
    requirement:
      'IPv4 and IPv6 ranges of nameConstraints do not come in each other’s way: Java 17 compares them octet by octet, and fails where one ends, such as an address of IPv4 below an excluded `::/0`.',
    source:
      'JDK 17 sun.security.x509.IPAddressName (constrains), GeneralSubtrees (intersect, minimize)',
    prevents: { java: 'ArrayIndexOutOfBoundsException' },
    faultOf: (path) => {
      // A trust anchor is a name and a key to it.
      const certificates = path.endsWithRoot ? path.certificates.slice(0, -1) : path.certificates;
      return pathNameFault(path) === undefined
        ? addressFault({ ...path, certificates })
        : undefined;
    },
  },
];

function otherKindsOf(constraints: NameConstraints): readonly string[] {
  return subtreesOf(constraints, 'otherKinds');
}

function subtreesOf(
  { permitted, excluded }: NameConstraints,
  kind: Exclude<keyof NameConstraintSubtrees, 'directoryNames'>,
): readonly string[] {
  return [...(permitted?.[kind] ?? []), ...(excluded?.[kind] ?? [])];
}

/** From the top down, as it validates. */
function addressFault(path: PathCandidate): string | undefined {
  const { certificates } = path;
  if (countOfRanges(certificates) > MAX_RANGES) return undefined;
  let ranges: JavaRanges | undefined;
  try {
    for (const [place, certificate] of [...certificates.entries()].toReversed()) {
      const isHeld = place === 0 || !isSelfIssued(certificate);
      const refused = isHeld ? addressRefused(certificate, ranges) : undefined;
      if (refused !== undefined) {
        return `it takes ${quoted(refused)} of ${labelAt(path, place)} for one of the other family’s`;
      }
      const { nameConstraints } = certificate;
      if (isConstraining(nameConstraints)) ranges = merged(ranges, rangesOf(nameConstraints));
    }
    return undefined;
  } catch (error) {
    if (error instanceof JavaFailure) return 'it fails at the IP ranges of the nameConstraints';
    throw error;
  }
}

function countOfRanges(certificates: readonly DecodedCertificate[]): number {
  return certificates.flatMap(({ nameConstraints }) => subtreesOf(nameConstraints, 'ipRanges'))
    .length;
}

function addressRefused(
  { names: { ipAddresses } }: DecodedCertificate,
  ranges: JavaRanges | undefined,
): string | undefined {
  return ipAddresses.find((address) => {
    const octets = ipOctets(address);
    return ranges && octets && !permits(ranges, octets);
  });
}

function rangesOf({ permitted, excluded }: NameConstraints): JavaRanges {
  return { permitted: octetsOf(permitted), excluded: octetsOf(excluded) };
}

/** The ranges, and one entry for all else that is constrained, which is of another kind than they. */
function octetsOf(subtrees: NameConstraintSubtrees | undefined) {
  if (subtrees === undefined || !isConstraining({ permitted: subtrees })) return undefined;
  const { ipRanges = [], ...others } = subtrees;
  const ranges = ipRanges.flatMap((range) => ipRangeOctets(range) ?? []);
  return isConstraining({ permitted: others }) ? [...ranges, new Uint8Array(0)] : ranges;
}
