import assert from 'node:assert/strict';
import type { Authority } from '../../../src/authority/authority.ts';
import { certificateKeyFault } from '../../../src/authority/foreign-keys.ts';
import { type IncomingPath, incomingPath } from '../../../src/authority/incoming-path.ts';
import { parseCertificates } from '../../../src/bundle/foreign-certificate.ts';
import { PkiError } from '../../../src/errors.ts';
import { decodeCertificate } from '../../../src/x509/decode-certificate.ts';
import { NOW } from '../../support/issuance.ts';
import {
  type OutsideAuthority,
  type OutsideChanges,
  recorded,
} from '../../support/outside-authority.ts';

const DAY_MS = 86_400_000;

export const inDays = (days: number) => new Date(NOW.getTime() + days * DAY_MS);

/** The path of the first of `sent`, where the authorities `known` are recorded, roots first. */
export function pathIn(
  sent: readonly OutsideAuthority[],
  known: readonly OutsideAuthority[] = [],
): Promise<IncomingPath> {
  const terms = { pointer: '/certificate', keyFault: certificateKeyFault };
  const certificates = parseCertificates(sent.map(({ pem }) => pem).join(''), terms);
  const [first] = certificates;
  const authorities = known.map((authority, index): Authority => {
    const parent = index === 0 ? null : `known-${index - 1}`;
    return recorded(authority, { name: `known-${index}`, parent, wrapping: undefined });
  });
  const path = known.map((authority) => decodeCertificate(authority.der));
  const pathOf = (name: string) =>
    Promise.resolve(path.slice(0, Number(name.replace('known-', '')) + 1).toReversed());
  assert.ok(first);
  return incomingPath(
    { certificates, pointer: '/certificate', own: first },
    { authorities, pathOf, now: NOW },
  );
}

/** Everything for which the path is refused. */
export async function faultsOf(
  sent: readonly OutsideAuthority[],
  known?: readonly OutsideAuthority[],
): Promise<readonly string[]> {
  try {
    await pathIn(sent, known);
  } catch (error) {
    assert.ok(error instanceof PkiError && error.code === 'chain-invalid', String(error));
    for (const { pointer } of error.violations) assert.equal(pointer, '/certificate');
    return error.violations.map(({ detail }) => detail);
  }
  return [];
}

/** An authority that says something else in an extension, or has none where that is `null`. */
export const having = (id: string, value: Buffer | null, isCritical = true): OutsideChanges => ({
  extensions: { [id]: value && { isCritical, value } },
});
