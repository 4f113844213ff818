import { mkdtempSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { World } from './world.ts';

/** curl's options that show a client certificate, from files as its users have them. */
export function clientFiles(
  world: World,
  client: { readonly certificate: string; readonly privateKey: string },
): readonly string[] {
  const folder = mkdtempSync(join(world.folder, 'client-'));
  const [certificateFile, keyFile] = [join(folder, 'client.crt'), join(folder, 'client.key')];
  writeFileSync(certificateFile, client.certificate);
  writeFileSync(keyFile, client.privateKey, { mode: 0o600 });
  return ['--cert', certificateFile, '--key', keyFile];
}
