import { randomBytes } from 'node:crypto';
import { statSync } from 'node:fs';
import type { Kysely } from 'kysely';
import type { Logger } from 'pino';
import { isInside, type Settings, shortPath } from '../config.ts';
import { AuthorityRepository } from '../storage/database/authority-repository.ts';
import type { Schema } from '../storage/database/schema.ts';
import { AesGcmWrapping } from '../storage/keys/aes-gcm-wrapping.ts';
import { adminToken, keyEncryptionKey } from '../storage/keys/startup-secrets.ts';

/** The secrets in files: a service that has authorities never makes a new key over their sealed ones. */
export async function openSecrets(settings: Settings, db: Kysely<Schema>, log: Logger) {
  const { dataDir, adminTokenFile, keyEncryptionKeyFile } = settings;
  const hasAuthorities = (await new AuthorityRepository(db).list()).length > 0;
  const isKeyBesideData = isInside(keyEncryptionKeyFile, dataDir);
  const key = keyEncryptionKey({
    path: keyEncryptionKeyFile,
    setting: 'PKI_KEY_ENCRYPTION_KEY_FILE',
    mayMake: isKeyBesideData && !hasAuthorities,
  });
  const token = adminToken({
    path: adminTokenFile,
    setting: 'PKI_ADMIN_TOKEN_FILE',
    mayMake: isInside(adminTokenFile, dataDir),
  });
  for (const [file, { isReadableByOthers }] of [
    [keyEncryptionKeyFile, key],
    [adminTokenFile, token],
  ] as const) {
    if (isReadableByOthers)
      log.warn({ file: shortPath(file) }, 'everybody on this machine can read this file');
  }
  if ((statSync(dataDir).mode & 0o002) !== 0) {
    log.warn(
      { folder: shortPath(dataDir) },
      'everybody on this machine can write into this folder',
    );
  }
  if (isKeyBesideData) {
    const advice = 'in production keep it elsewhere: set PKI_KEY_ENCRYPTION_KEY_FILE';
    log.warn(`the key-encryption key lies beside the data that it seals; ${advice}`);
  }
  const wrapping = new AesGcmWrapping(key.content, randomBytes);
  return { token: token.content, keyEncryptionKey: key.content, wrapping };
}
