import { readAny } from './der-any.ts';
import type { DerReader } from './der-reader.ts';
import { TAG } from './der-tags.ts';
import { type EncryptedPrivateKey, readEncryptedPrivateKey } from './encrypted-private-key.ts';
import { LockedFileError } from './locked-file-error.ts';
import {
  CERT_BAG,
  FRIENDLY_NAME,
  KEY_BAG,
  LOCAL_KEY_ID,
  PKCS8_SHROUDED_KEY_BAG,
  X509_CERTIFICATE,
} from './pfx-oids.ts';

/** What a bag says of its content, by which Windows and Java pair keys with certificates. */
export interface BagAttributes {
  readonly friendlyName?: string;
  /** Hexadecimal. */
  readonly localKeyId?: string;
}

/** A SafeBag (RFC 7292 §4.2) of a kind that is read here. */
export interface Bag {
  readonly content: BagContent;
  readonly attributes: BagAttributes;
}

type BagContent =
  | { readonly kind: 'certificate'; readonly der: Uint8Array }
  | { readonly kind: 'key'; readonly privateKeyInfo: Uint8Array }
  | ({ readonly kind: 'shroudedKey' } & EncryptedPrivateKey);

/** The bags that are not read here: what they hold would be overlooked. */
const OTHER_BAGS: Readonly<Record<string, string>> = {
  '1.2.840.113549.1.12.10.1.4': 'a CRL',
  '1.2.840.113549.1.12.10.1.5': 'a secret',
  '1.2.840.113549.1.12.10.1.6': 'nested contents',
};

/** More than a path and its keys ever have. */
const MAX_BAGS = 100;
/** Windows writes four for a key. */
const MAX_ATTRIBUTES = 20;

/** Reads SafeContents (RFC 7292 §4.2). */
export function readBags(reader: DerReader): readonly Bag[] {
  const contents = reader.sequence();
  const bags: Bag[] = [];
  while (!contents.isAtEnd) {
    if (bags.length === MAX_BAGS) throw new LockedFileError(`has more than ${MAX_BAGS} entries`);
    bags.push(readBag(contents.sequence()));
  }
  return bags;
}

function readBag(bag: DerReader): Bag {
  const id = bag.oid();
  const value = bag.context(0);
  const read = BAG_READERS[id];
  if (!read) {
    throw new LockedFileError(
      `holds ${OTHER_BAGS[id] ?? `a bag of type ${id}`}, which is no part of a chain`,
    );
  }
  const content = read(value);
  value.end();
  const attributes = bag.isAtEnd ? {} : readAttributes(bag);
  bag.end();
  return { content, attributes };
}

const BAG_READERS: Readonly<Record<string, (value: DerReader) => BagContent>> = {
  [KEY_BAG]: (value) => ({ kind: 'key', privateKeyInfo: readAny(value) }),
  [PKCS8_SHROUDED_KEY_BAG]: (value) => ({ kind: 'shroudedKey', ...readEncryptedPrivateKey(value) }),
  [CERT_BAG]: readCertBag,
};

function readCertBag(value: DerReader): BagContent {
  const bag = value.sequence();
  const type = bag.oid();
  const content = bag.context(0);
  bag.end();
  if (type !== X509_CERTIFICATE) {
    throw new LockedFileError(`holds a certificate of type ${type}, which is not X.509`);
  }
  const der = content.octetString();
  content.end();
  return { kind: 'certificate', der };
}

/** PKCS12Attributes; some writers leave this SET unsorted, and nothing hangs on the order of labels. */
function readAttributes(bag: DerReader): BagAttributes {
  const known = bag.listOf(TAG.set, MAX_ATTRIBUTES, readAttribute);
  return Object.assign({}, ...known) as BagAttributes;
}

function readAttribute(attributes: DerReader): BagAttributes {
  const attribute = attributes.sequence();
  const id = attribute.oid();
  const [value] = attribute.listOf(TAG.set, 1, (values) => readValue(values, id));
  attribute.end();
  return value ?? {};
}

/** RFC 2985 §5.5: both are of a single value. */
function readValue(values: DerReader, id: string): BagAttributes {
  if (id === FRIENDLY_NAME) return { friendlyName: readUtf16(values) };
  if (id === LOCAL_KEY_ID) return { localKeyId: Buffer.from(values.octetString()).toString('hex') };
  readAny(values);
  return {};
}

/** By the book a BMPString has no surrogates; in a label people write what they like. */
function readUtf16(values: DerReader): string {
  const octets = values.content(TAG.bmpString);
  if (octets.length % 2 !== 0) throw values.fault('half a character');
  return Buffer.from(octets).swap16().toString('utf16le');
}
