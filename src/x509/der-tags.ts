/** The universal tags (X.680 §8.6) that are read and written here; `CONSTRUCTED` is part of SEQUENCE's and SET's. */
export const TAG = {
  boolean: 0x01,
  integer: 0x02,
  bitString: 0x03,
  octetString: 0x04,
  null: 0x05,
  objectIdentifier: 0x06,
  enumerated: 0x0a,
  utf8String: 0x0c,
  numericString: 0x12,
  printableString: 0x13,
  teletexString: 0x14,
  ia5String: 0x16,
  utcTime: 0x17,
  generalizedTime: 0x18,
  visibleString: 0x1a,
  universalString: 0x1c,
  bmpString: 0x1e,
  sequence: 0x30,
  set: 0x31,
} as const;

/** The class of a tag that has its meaning from its place; the low bits are its number. */
export const CONTEXT = 0x80;
/** The same around other values: what is EXPLICIT, and what is IMPLICIT for a SEQUENCE or SET. */
export const CONTEXT_CONSTRUCTED = 0xa0;
