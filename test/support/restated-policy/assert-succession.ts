import assert from 'node:assert/strict';
import { type Facts, factsOf, type GeneralName } from './facts.ts';

/** What takes the place of a certificate, and by whose will. */
export interface Succession {
  readonly old: Uint8Array;
  readonly successor: Uint8Array;
  /** Renewal keeps the key, and re-keying does not. */
  readonly keepsKey: boolean;
  /** A certificate that has nothing but itself to ask with may keep what it has, and gain nothing. */
  readonly isByItself: boolean;
}

/** Asserts that a certificate names whom its predecessor named, for the same purposes, by the same authority. */
export function assertSuccession({ old, successor, keepsKey, isByItself }: Succession): void {
  const [before, after] = [factsOf(old), factsOf(successor)];
  assert.notEqual(after.x509.serialNumber, before.x509.serialNumber);
  assert.deepEqual(after.subject, before.subject);
  assert.deepEqual(writtenNames(after), writtenNames(before));
  assert.deepEqual(after.issuer, before.issuer);
  assert.deepEqual(after.extKeyUsage, before.extKeyUsage);
  assert.equal(after.x509.publicKey.equals(before.x509.publicKey), keepsKey);
  if (isByItself) assert.ok(periodOf(after) <= periodOf(before), 'lives longer than it was given');
}

function writtenNames({ names }: Facts): readonly string[] {
  return names.map(({ tag, content }: GeneralName) => `${tag} ${content.toString('hex')}`);
}

function periodOf({ x509 }: Facts): number {
  return x509.validToDate.getTime() - x509.validFromDate.getTime();
}
