import { AsnConvert } from '@peculiar/asn1-schema';
import { Name } from '@peculiar/asn1-x509';
import type { Subject } from '../certificate.ts';
import { SUBJECT_ATTRIBUTE_NAMES, SUBJECT_ATTRIBUTES } from './distinguished-name.ts';

/** A subject's known attributes, and the types of all others. */
export interface DecodedSubject {
  readonly known: Subject;
  /** Object identifiers of attributes that are unknown here, stand there again, or hold no text. */
  readonly others: readonly string[];
}

/** Reads the DER of a Name (RFC 5280 §4.1.2.4). */
export function decodeSubject(name: ArrayBuffer): DecodedSubject {
  const known: Partial<Record<keyof Subject, string>> = {};
  const others: string[] = [];
  for (const { type, value } of [...AsnConvert.parse(name, Name)].flatMap((rdn) => [...rdn])) {
    const attribute = SUBJECT_ATTRIBUTE_NAMES.find((one) => SUBJECT_ATTRIBUTES[one].oid === type);
    const isText = value.anyValue === undefined;
    if (!attribute || !isText || attribute in known) others.push(type);
    else known[attribute] = value.toString();
  }
  return { known, others };
}
