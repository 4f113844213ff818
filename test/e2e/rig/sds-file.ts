import { mkdirSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

const SECRET_TYPE = 'type.googleapis.com/envoy.extensions.transport_sockets.tls.v3.Secret';

/** A data source of Envoy's: the text itself, or a file that holds it. */
export type DataSource = { readonly inline_string: string } | { readonly filename: string };

/** What one of Envoy's secrets holds: a server's pair, or the authorities of its clients. */
export type SdsContent =
  | {
      readonly tls_certificate: {
        readonly certificate_chain: DataSource;
        readonly private_key: DataSource;
        readonly watched_directory?: { readonly path: string };
      };
    }
  | { readonly validation_context: { readonly trusted_ca: DataSource } };

/** What Istio calls the secret of a `credentialName`; `istioctl proxy-config secret` lists it so. */
export function sdsName(name: string): string {
  return `kubernetes://${name}`;
}

/** The file from which Envoy reads the secret of the credential `name`. */
export function sdsFile(folder: string, name: string): string {
  return join(folder, `${name}.json`);
}

/**
 * Puts `content` before Envoy in one step. It watches for a file moved into place and not for one
 * written in place, and key and certificate must change together.
 */
export function writeSdsFile(folder: string, name: string, content: SdsContent | undefined): void {
  mkdirSync(folder, { recursive: true });
  const resources =
    content === undefined ? [] : [{ '@type': SECRET_TYPE, name: sdsName(name), ...content }];
  const file = sdsFile(folder, name);
  writeFileSync(`${file}.new`, JSON.stringify({ resources }), { mode: 0o600 });
  renameSync(`${file}.new`, file);
}
