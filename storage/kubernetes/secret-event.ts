import { createHash } from 'node:crypto';
import type { CoreV1Event } from '@kubernetes/client-node';
import type { Announcement } from '../../src/rotation/destination.ts';
import type { KubernetesSecretDestination } from '../../src/rotation/target.ts';
import { statusCodeOf } from './api-failure.ts';
import { objectPath } from './object-path.ts';
import type { OpenCluster } from './open-cluster.ts';
import { FIELD_MANAGER } from './ownership.ts';

/** The API server refuses longer ones. */
const MAX_MESSAGE_CHARACTERS = 1_024;
const ALREADY_EXISTS = 409;

/** What an Event is about. */
export interface Involved {
  readonly apiVersion: string;
  readonly kind: string;
  readonly namespace: string;
  readonly name: string;
  /** By which `kubectl describe` finds it. */
  readonly uid?: string;
}

/** An Event about a Secret, which need not be there any more. */
export function secretEvent(
  { namespace, name }: KubernetesSecretDestination,
  { uid, announcement }: { readonly uid: string | undefined; readonly announcement: Announcement },
): CoreV1Event {
  const secret = { apiVersion: 'v1', kind: 'Secret', namespace, name };
  return eventAbout(uid === undefined ? secret : { ...secret, uid }, announcement);
}

/**
 * A warning about an object, in the object's namespace. Its name is a digest of what it says, so that whoever says the
 * same again, after a restart or as another replica, makes no second one.
 */
export function eventAbout(involvedObject: Involved, announcement: Announcement): CoreV1Event {
  const { namespace } = involvedObject;
  const now = new Date();
  const { reason, message } = announcement;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `certwright-${digestOf([involvedObject, announcement])}`, namespace },
    involvedObject,
    type: 'Warning',
    reason,
    message: message.slice(0, MAX_MESSAGE_CHARACTERS),
    source: { component: FIELD_MANAGER },
    reportingComponent: FIELD_MANAGER,
    reportingInstance: FIELD_MANAGER,
    count: 1,
    firstTimestamp: now,
    lastTimestamp: now,
  };
}

/** 96 bits; the members of both come in one order. */
function digestOf(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 24);
}

/** Makes an Event, unless one of its name is there, which has said the same and is not an hour old. */
export async function makeEvent({ send }: OpenCluster, event: CoreV1Event): Promise<void> {
  const { namespace = '' } = event.metadata;
  try {
    await send({
      method: 'POST',
      path: objectPath({ namespace, resource: 'events' }),
      body: event,
    });
  } catch (error) {
    if (statusCodeOf(error) !== ALREADY_EXISTS) throw error;
  }
}
