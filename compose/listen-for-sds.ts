import { openSdsListener, type SdsListener, type SdsListenerParts } from '../api/sds/listener.ts';
import type { ListenAddress } from '../config.ts';
import type { Database } from '../storage/database/database.ts';
import { SecretVersions } from '../storage/database/secret-versions.ts';
import { explained } from './explained.ts';

/** How often it is looked whether another process has written secrets; what this one writes is known at once. */
const LOOK_INTERVAL_MS = 500;

/** Listens for Envoys, and follows what other processes do to the secrets that they have. */
export async function listenForSds(
  address: ListenAddress,
  { db, ...parts }: SdsListenerParts & { readonly db: Database },
): Promise<SdsListener> {
  const { service, log } = parts;
  const versions = new SecretVersions(db);
  await versions.changed();
  const listener = await explained('PKI_SDS_LISTEN', openSdsListener(address, parts));
  let looking = Promise.resolve();
  const look = async () => {
    for (const target of await versions.changed()) service.targetChanged(target);
  };
  const timer = setInterval(() => {
    looking = look().catch((err: unknown) => log.error({ err }, 'secrets cannot be followed'));
  }, LOOK_INTERVAL_MS);
  const close = async () => {
    clearInterval(timer);
    await looking;
    await listener.close();
  };
  return { ...listener, close };
}
