import type { Violation } from '../errors.ts';

/** Azure's documents once bounded a PFX password at twelve characters; 62 ** 12 is about 2 ** 71. */
const NEW_PASSWORD_CHARACTERS = 12;

const ALPHANUMERIC = 'ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789';

/** The largest multiple of 62 that an octet holds: a remainder of anything above would not be even. */
const UNBIASED_LIMIT = 256 - (256 % ALPHANUMERIC.length);

/**
 * What a caller may choose. Outside ASCII, readers disagree whether a password is UTF-8 or UTF-16, and
 * a PFX that one tool opens another does not.
 */
const PERMITTED_PASSWORD = /^[\x20-\x7e]{0,128}$/;

/** A password that no Azure form refuses: letters and digits only, each equally likely. */
export function newPassword(randomBytes: (size: number) => Uint8Array): string {
  let password = '';
  while (password.length < NEW_PASSWORD_CHARACTERS) {
    const [octet = UNBIASED_LIMIT] = randomBytes(1);
    if (octet < UNBIASED_LIMIT) password += ALPHANUMERIC.charAt(octet % ALPHANUMERIC.length);
  }
  return password;
}

/** What keeps `password` from being used. */
export function passwordViolations(password: string): readonly Violation[] {
  if (PERMITTED_PASSWORD.test(password)) return [];
  const detail = 'a password has at most 128 characters, all of them printable ASCII';
  return [{ pointer: '/password', detail }];
}
