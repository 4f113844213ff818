import { randomUUID } from 'node:crypto';
import type { CoreV1Event } from '@kubernetes/client-node';
import type { Announcement } from '../../src/rotation/destination.ts';
import type { KubernetesSecretDestination } from '../../src/rotation/target.ts';
import { FIELD_MANAGER } from './ownership.ts';

/** The API server refuses longer ones. */
const MAX_MESSAGE_CHARACTERS = 1_024;

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

/** A warning about an object, in the object's namespace. */
export function eventAbout(involvedObject: Involved, announcement: Announcement): CoreV1Event {
  const { namespace } = involvedObject;
  const now = new Date();
  const { reason, message } = announcement;
  return {
    apiVersion: 'v1',
    kind: 'Event',
    metadata: { name: `certwright-${randomUUID()}`, namespace },
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
