import { readAny } from './der-any.ts';
import type { DerReader } from './der-reader.ts';
import { TAG } from './der-tags.ts';
import { type EncryptedPrivateKey, readEncryptedPrivateKey } from './encrypted-private-key.ts';
import { LockedFileError } from './locked-file-error.ts';
import {
  CERT_BAG,
  FRIENDLY_NAME,
  KEY_BAG,
  PKCS8_SHROUDED_KEY_BAG,
  X509_CERTIFICATE,
} from './pfx-oids.ts';

/** What a SafeBag (RFC 7292 §4.2) of a kind that is read here holds. */
export type Bag =
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
  if (!bag.isAtEnd) passAttributes(bag);
  bag.end();
  return content;
}

const BAG_READERS: Readonly<Record<string, (value: DerReader) => Bag>> = {
  [KEY_BAG]: (value) => ({ kind: 'key', privateKeyInfo: readAny(value) }),
  [PKCS8_SHROUDED_KEY_BAG]: (value) => ({ kind: 'shroudedKey', ...readEncryptedPrivateKey(value) }),
  [CERT_BAG]: readCertBag,
};

function readCertBag(value: DerReader): Bag {
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

/**
 * PKCS12Attributes: labels, from which nothing hangs, so that what stands there is only bounded, by the size of the file and
 * the depth of the reader. Windows marks keys of the machine by an attribute without a value, and some writers leave the SET unsorted.
 */
function passAttributes(bag: DerReader): void {
  const attributes = bag.inside(TAG.set);
  while (!attributes.isAtEnd) passAttribute(attributes.sequence());
}

/** A friendlyName that is a BMPString is one (RFC 2985 §5.5.1). */
function passAttribute(attribute: DerReader): void {
  const id = attribute.oid();
  const values = attribute.inside(TAG.set);
  attribute.end();
  if (id === FRIENDLY_NAME && values.isNext(TAG.bmpString)) passUtf16(values);
  while (!values.isAtEnd) readAny(values);
}

/** By the book a BMPString has no surrogates; in a label people write what they like. */
function passUtf16(values: DerReader): void {
  if (values.content(TAG.bmpString).length % 2 !== 0) throw values.fault('half a character');
}
