import { execFileSync } from 'node:child_process';

/** A PFX as the API answers it in JSON. */
export interface PfxJson {
  readonly pfx: string;
  readonly password: string;
  readonly warnings: readonly { readonly code: string; readonly detail: string }[];
}

/** Asks for the JSON form. */
export const JSON_FORM = { accept: 'application/json' };

/** What `openssl pkcs12` prints of a PFX that it opens; it throws where it cannot. */
export function openedPfx(pfx: Buffer, password: string, ...args: readonly string[]): string {
  const env = { ...process.env, PFX_PASSWORD: password };
  const command = ['pkcs12', '-passin', 'env:PFX_PASSWORD', ...args];
  return execFileSync('openssl', command, { input: pfx, env, encoding: 'utf8', stdio: 'pipe' });
}

/** The certificates inside as one PEM text, in the order in which openssl finds them. */
export function certificatesInside(pfx: Buffer, password: string): string {
  const printed = openedPfx(pfx, password, '-nokeys');
  const blocks = printed.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g);
  return (blocks ?? []).join('');
}
