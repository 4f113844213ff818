import { readAlgorithmIdentifier } from './algorithm-identifier.ts';
import { type DecodedExtensions, noExtensions, readExtensions } from './decode-extensions.ts';
import { type DecodedSubject, readSubject } from './decode-subject.ts';
import { readAny } from './der-any.ts';
import { DerError } from './der-error.ts';
import { DerReader } from './der-reader.ts';
import { CONTEXT_CONSTRUCTED, TAG } from './der-tags.ts';
import { EXTENSION_REQUEST } from './oids.ts';
import { type KindOfSignature, kindOfSignature } from './read-signature-scheme.ts';
import { type PublicKeyParts, readSubjectPublicKeyInfo } from './subject-public-key-info.ts';

/** What a PKCS #10 request says (RFC 2986 §4); all octets are views into it. */
export interface DecodedRequest {
  /** CertificationRequestInfo, which is what is signed. */
  readonly information: Uint8Array;
  readonly subject: DecodedSubject;
  /** DER of the Name. */
  readonly subjectName: Uint8Array;
  readonly subjectPublicKeyInfo: Uint8Array;
  readonly publicKey: PublicKeyParts;
  /** What the extension request asks for. */
  readonly requested: DecodedExtensions;
  /** Object identifier. */
  readonly signatureAlgorithm: string;
  /** `undefined` for an algorithm that is weak or unknown here. */
  readonly signatureScheme: KindOfSignature | undefined;
  readonly signature: Uint8Array;
}

/** Tools write four at most. */
const MAX_ATTRIBUTES = 64;

/**
 * Whether what stands there begins as a request does and no certificate: with the version 0, where a
 * certificate has a tagged version or a serialNumber, which is never zero.
 */
export function beginsAsRequest(der: Uint8Array): boolean {
  try {
    const members = new DerReader(der).sequence().sequence();
    return members.isNext(TAG.integer) && members.number() === 0;
  } catch (error) {
    if (error instanceof DerError) return false;
    throw error;
  }
}

/** Reads a CertificationRequest, strictly: attributes of each type once, the extension request with one value. */
export function readRequest(reader: DerReader): DecodedRequest {
  const members = reader.sequence();
  const start = members.position;
  const said = readInformation(members);
  const information = members.since(start);
  const algorithm = readAlgorithmIdentifier(members);
  const signature = members.bitString();
  members.end();
  const signatureScheme = kindOfSignature(algorithm);
  return { information, ...said, signatureAlgorithm: algorithm.id, signatureScheme, signature };
}

function readInformation(reader: DerReader) {
  const members = reader.sequence();
  if (members.number() !== 0) throw members.fault('the version is not 1');
  const subjectAt = members.position;
  const subject = readSubject(members);
  const subjectName = members.since(subjectAt);
  const keyAt = members.position;
  const publicKey = readSubjectPublicKeyInfo(members);
  const subjectPublicKeyInfo = members.since(keyAt);
  const requested = readAttributes(members);
  members.end();
  return { subject, subjectName, publicKey, subjectPublicKeyInfo, requested };
}

/** RFC 2985 §5.4.2: of extension requests there is one at most, with one value, or one would be overlooked. */
function readAttributes(reader: DerReader): DecodedExtensions {
  const types = new Set<string>();
  let requested = noExtensions();
  reader.setOf((members) => {
    const { type, extensions } = readAttribute(members);
    if (types.has(type)) throw members.fault(`attribute ${type} stands there twice`);
    if (types.size === MAX_ATTRIBUTES) throw members.fault('too many attributes');
    types.add(type);
    requested = extensions ?? requested;
  }, CONTEXT_CONSTRUCTED);
  return requested;
}

function readAttribute(reader: DerReader): { type: string; extensions?: DecodedExtensions } {
  const members = reader.sequence();
  const type = members.oid();
  if (type !== EXTENSION_REQUEST) {
    const values = members.setOf(readAny);
    if (values.length === 0) throw members.fault('an attribute without a value');
    members.end();
    return { type };
  }
  const [extensions, ...more] = members.setOf(readExtensions);
  if (!extensions || more.length > 0) throw members.fault('not exactly one extension request');
  members.end();
  return { type, extensions };
}
