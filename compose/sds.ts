import { type Rejection, SecretService } from '../api/sds/secret-service.ts';
import { isCertified } from '../src/authority/authority.ts';
import type { RotationTarget } from '../src/rotation/target.ts';
import { admitClient } from '../src/sds/client.ts';
import { findSecret } from '../src/sds/find-secret.ts';
import { encodeCertificates } from '../src/x509/pem.ts';
import type { composeRotation } from './rotation.ts';
import type { FirstSurroundings, Parts } from './surroundings.ts';

/** Joins what hands secrets out; nothing listens yet. */
export function composeSds(
  { now, destinations, log }: FirstSurroundings,
  { stores, issuers, metrics }: Parts,
) {
  const finding = { findTarget: stores.targets.find, read: destinations.read };
  const admitting = {
    now,
    findCertificates: stores.certificates.find,
    pathOf: (authority: string) => issuers.pathOf(authority),
  };
  const service = new SecretService({
    now,
    log,
    metrics: metrics.sds,
    findSecret: (name, uris) => findSecret(finding, name, uris),
    recordRejection: ({ uri, ...details }: Rejection) =>
      stores.journal.append({
        time: now(),
        actor: { name: uri },
        action: 'secret.rejected',
        details,
      }),
  });
  return {
    now,
    log,
    service,
    metrics: metrics.sds,
    admit: (der: Uint8Array) => admitClient(admitting, der),
    trusted: async () => {
      const authorities = (await stores.authorities.list()).filter(isCertified);
      return authorities.map(({ certificate }) => encodeCertificates([certificate.der]));
    },
  };
}

type Rotating = ReturnType<typeof composeRotation>;

/** Declaring targets, so that whoever may read another one now, or no longer, hears of it at once. */
export function toldTo(
  { service }: Pick<ReturnType<typeof composeSds>, 'service'>,
  rotating: Rotating,
): Rotating {
  const { createTarget, replaceTarget, deleteTarget } = rotating;
  const told = async <T>(target: string, work: Promise<T>): Promise<T> => {
    const result = await work;
    service.targetChanged(target);
    return result;
  };
  return {
    ...rotating,
    createTarget: (target, actor) => told(target.name, createTarget(target, actor)),
    replaceTarget: (target, actor) => told(target.name, replaceTarget(target, actor)),
    deleteTarget: (name, options) => told(name, deleteTarget(name, options)),
  };
}

/** Who has which of the targets' secrets, in the targets' order. */
export function sdsStatusesOf({ service }: Pick<ReturnType<typeof composeSds>, 'service'>) {
  return async (targets: readonly RotationTarget[]) =>
    targets.map((target) => service.statusOf(target));
}
