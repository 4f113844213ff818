import { readNameConstraints } from './decode-name-constraints.ts';
import { DerError } from './der-error.ts';
import type { DerReader } from './der-reader.ts';
import { CONTEXT, CONTEXT_CONSTRUCTED, TAG } from './der-tags.ts';
import { readDistributionPoints } from './distribution-points.ts';
import type { Extension } from './extension.ts';
import {
  type DecodedNames,
  NO_NAMES,
  readGeneralName,
  readGeneralNames,
  readNames,
} from './general-names.ts';
import type { NameConstraints } from './name-constraints.ts';
import {
  ACCESS_CA_ISSUERS,
  ACCESS_OCSP,
  AUTHORITY_INFO_ACCESS,
  AUTHORITY_KEY_IDENTIFIER,
  BASIC_CONSTRAINTS,
  CRL_DISTRIBUTION_POINTS,
  describeOid,
  EXT_KEY_USAGE,
  KEY_USAGE,
  NAME_CONSTRAINTS,
  SUBJECT_ALT_NAME,
  SUBJECT_KEY_IDENTIFIER,
} from './oids.ts';
import { KEY_USAGE_BITS, type KeyUsage } from './tbs-certificate.ts';

/** What the extensions of a certificate say, each in its words (RFC 5280 §4.2.1, §4.2.2). */
export interface ExtensionValues {
  readonly isAuthority: boolean;
  readonly pathLenConstraint: number | undefined;
  readonly keyUsage: readonly KeyUsage[];
  /** Object identifiers. */
  readonly extKeyUsage: readonly string[];
  readonly names: DecodedNames;
  readonly nameConstraints: NameConstraints;
  /** Lower-case hexadecimal; empty where the extension is absent. */
  readonly subjectKeyIdentifier: string;
  readonly authorityKeyIdentifier: string;
  /** The issuer’s, which an authorityKeyIdentifier seldom has; a serial number as of a certificate, or empty. */
  readonly authorityCertSerialNumber: string;
  /** URIs of authorityInfoAccess. */
  readonly caIssuers: readonly string[];
  readonly ocsp: readonly string[];
  /** URIs. */
  readonly crlDistributionPoints: readonly string[];
}

type Gathered = { -readonly [Member in keyof ExtensionValues]: ExtensionValues[Member] };

/** The extensions of a certificate, in their order, and what those known here say. */
export interface DecodedExtensions {
  readonly extensions: readonly Extension[];
  readonly values: ExtensionValues;
}

/** Real certificates have about ten. */
const MAX_EXTENSIONS = 64;
/** More would be no list that somebody works through. */
const MAX_MEMBERS = 100;
const KEY_USAGES = Object.keys(KEY_USAGE_BITS) as KeyUsage[];

type Reader = (reader: DerReader, values: Gathered) => void;

const READERS: Readonly<Record<string, Reader>> = {
  [BASIC_CONSTRAINTS]: readBasicConstraints,
  [KEY_USAGE]: readKeyUsage,
  [EXT_KEY_USAGE]: (reader, values) => {
    values.extKeyUsage = reader.listOf(TAG.sequence, MAX_MEMBERS, (members) => members.oid());
  },
  [SUBJECT_KEY_IDENTIFIER]: (reader, values) => {
    values.subjectKeyIdentifier = reader.hex();
  },
  [AUTHORITY_KEY_IDENTIFIER]: readAuthorityKeyIdentifier,
  [SUBJECT_ALT_NAME]: (reader, values) => {
    values.names = readNames(reader);
  },
  [NAME_CONSTRAINTS]: (reader, values) => {
    values.nameConstraints = readNameConstraints(reader);
  },
  [AUTHORITY_INFO_ACCESS]: readAuthorityInfoAccess,
  [CRL_DISTRIBUTION_POINTS]: (reader, values) => {
    values.crlDistributionPoints = readDistributionPoints(reader);
  },
};

/** What a certificate without extensions says. */
export function noExtensions(): DecodedExtensions {
  return { extensions: [], values: nothingSaid() };
}

/** Reads Extensions (RFC 5280 §4.1.2.9): each at most once, and those known here to their end. */
export function readExtensions(reader: DerReader): DecodedExtensions {
  const values = nothingSaid();
  const extensions: Extension[] = [];
  reader.listOf(TAG.sequence, MAX_EXTENSIONS, (members) => {
    const extension = readExtension(members, values);
    if (isAmong(extensions, extension)) {
      throw members.fault(`${describeOid(extension.id)} stands there twice`);
    }
    extensions.push(extension);
  });
  return { extensions, values };
}

function isAmong(extensions: readonly Extension[], { id }: Extension): boolean {
  for (const extension of extensions) if (extension.id === id) return true;
  return false;
}

function readExtension(reader: DerReader, values: Gathered): Extension {
  const members = reader.sequence();
  const id = members.oid();
  const isCritical = members.isTrue();
  const read = READERS[id];
  const value = read ? readKnown(members, { id, read, values }) : members.octetString();
  members.end();
  return { id, isCritical, value };
}

function readKnown(
  reader: DerReader,
  { id, read, values }: { id: string; read: Reader; values: Gathered },
): Uint8Array {
  const value = reader.inside(TAG.octetString);
  const start = value.position;
  try {
    read(value, values);
    value.end();
    return value.since(start);
  } catch (error) {
    throw error instanceof DerError ? error.in(describeOid(id)) : error;
  }
}

function nothingSaid(): Gathered {
  return {
    isAuthority: false,
    pathLenConstraint: undefined,
    keyUsage: [],
    extKeyUsage: [],
    names: NO_NAMES,
    nameConstraints: {},
    subjectKeyIdentifier: '',
    authorityKeyIdentifier: '',
    authorityCertSerialNumber: '',
    caIssuers: [],
    ocsp: [],
    crlDistributionPoints: [],
  };
}

function readBasicConstraints(reader: DerReader, values: Gathered): void {
  const members = reader.sequence();
  values.isAuthority = members.isTrue();
  if (!members.isAtEnd) values.pathLenConstraint = members.number();
  members.end();
}

/** RFC 5280 §4.2.1.3: at least one bit is set. */
function readKeyUsage(reader: DerReader, values: Gathered): void {
  const bits = reader.namedBits();
  if (bits.length === 0) throw reader.fault('an empty list');
  values.keyUsage = bits.map((bit) => {
    const usage = KEY_USAGES[bit];
    if (usage === undefined) throw reader.fault(`bit ${bit} has no meaning`);
    return usage;
  });
}

/** RFC 5280 §4.2.1.1: the issuer's own issuer and serial number stand there both or not at all. */
function readAuthorityKeyIdentifier(reader: DerReader, values: Gathered): void {
  const members = reader.sequence();
  if (members.isNext(CONTEXT)) values.authorityKeyIdentifier = members.hex(CONTEXT);
  if (!members.isAtEnd) {
    readGeneralNames(members, CONTEXT_CONSTRUCTED | 1);
    values.authorityCertSerialNumber = withoutZeros(members.hex(CONTEXT | 2));
  }
  members.end();
}

/** A positive INTEGER has a zero octet before a high bit. */
function withoutZeros(hex: string): string {
  return hex.replace(/^(?:00)+(?=..)/, '');
}

function readAuthorityInfoAccess(reader: DerReader, values: Gathered): void {
  const caIssuers: string[] = [];
  const ocsp: string[] = [];
  reader.listOf(TAG.sequence, MAX_MEMBERS, (descriptions) => {
    const members = descriptions.sequence();
    const method = members.oid();
    const { kind, text } = readGeneralName(members);
    members.end();
    if (kind !== 'uniformResourceIdentifier') return;
    if (method === ACCESS_CA_ISSUERS) caIssuers.push(text);
    if (method === ACCESS_OCSP) ocsp.push(text);
  });
  values.caIssuers = caIssuers;
  values.ocsp = ocsp;
}
