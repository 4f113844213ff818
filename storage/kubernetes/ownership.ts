import type { V1ManagedFieldsEntry, V1ObjectMeta, V1OwnerReference } from '@kubernetes/client-node';
import type { Writer } from '../../src/rotation/destination.ts';

/** Under which our fields are known to the API server; what we leave out next time it removes. */
export const FIELD_MANAGER = 'certwright';

/** The annotations by which this service knows its own Secrets again. */
export const ANNOTATIONS = {
  /** Decimal, one more with every write. */
  revision: 'certwright.dev/revision',
  contentHash: 'certwright.dev/content-hash',
  target: 'certwright.dev/target',
  instance: 'certwright.dev/instance',
  /** This and the next are notes for people and queries; the files are what counts and is kept right. */
  serialNumber: 'certwright.dev/serial-number',
  notAfter: 'certwright.dev/not-after',
  /** When istiod was last asked to push the Secret once more. */
  touchedAt: 'certwright.dev/touched-at',
} as const;

/** The label that says, for people, who keeps an object. */
export const MANAGED_BY = 'app.kubernetes.io/managed-by';

/** A label or an annotation that some controller puts on the Secrets which it writes. */
interface Mark {
  readonly owner: string;
  readonly kind: 'annotation' | 'label';
  readonly key: string;
}

/**
 * What only a controller that writes the Secret's data puts there, so that each would undo the
 * other's work. Marks of a Secret's readers (Reflector's permission to copy, for instance) are not
 * among them. Neither is `app.kubernetes.io/managed-by`: Helm and people set it on Secrets that
 * nobody touches again until the next release.
 */
const MARKS: readonly Mark[] = [
  { owner: 'cert-manager', kind: 'annotation', key: 'cert-manager.io/certificate-name' },
  { owner: 'cert-manager', kind: 'label', key: 'controller.cert-manager.io/fao' },
  { owner: 'cert-manager', kind: 'label', key: 'cert-manager.io/next-private-key' },
  { owner: 'Secrets Store CSI', kind: 'label', key: 'secrets-store.csi.k8s.io/managed' },
  { owner: 'External Secrets', kind: 'label', key: 'reconcile.external-secrets.io/managed' },
  { owner: 'External Secrets', kind: 'label', key: 'reconcile.external-secrets.io/created-by' },
  { owner: 'External Secrets', kind: 'annotation', key: 'reconcile.external-secrets.io/data-hash' },
  { owner: 'Sealed Secrets', kind: 'annotation', key: 'sealedsecrets.bitnami.com/managed' },
  { owner: 'Sealed Secrets', kind: 'annotation', key: 'sealedsecrets.bitnami.com/patch' },
  { owner: 'Reflector', kind: 'annotation', key: 'reflector.v1.k8s.emberstack.com/reflects' },
  { owner: 'Replicator', kind: 'annotation', key: 'replicator.v1.mittwald.de/replicate-from' },
  {
    owner: 'Replicator',
    kind: 'annotation',
    key: 'replicator.v1.mittwald.de/replicated-from-version',
  },
  { owner: 'Config Syncer', kind: 'annotation', key: 'kubed.appscode.com/origin' },
  { owner: 'Argo CD', kind: 'annotation', key: 'argocd.argoproj.io/tracking-id' },
  { owner: 'Argo CD', kind: 'label', key: 'argocd.argoproj.io/instance' },
  { owner: 'Flux', kind: 'label', key: 'kustomize.toolkit.fluxcd.io/name' },
];

/** Whether a label or an annotation has a say in whose a Secret is, and in what state. */
export function isOwnershipMark(kind: Mark['kind'], key: string): boolean {
  const ours: readonly string[] = kind === 'label' ? [MANAGED_BY] : Object.values(ANNOTATIONS);
  return ours.includes(key) || MARKS.some((mark) => mark.kind === kind && mark.key === key);
}

/** What takes a Secret away when it goes itself; one that is no controller does so all the same. */
export function controllerIn({ ownerReferences = [] }: V1ObjectMeta): V1OwnerReference | undefined {
  return ownerReferences.find(({ controller }) => controller === true) ?? ownerReferences[0];
}

/** Whose the Secret is, if another controller writes it; in words. */
export function rivalOf(metadata: V1ObjectMeta): string | undefined {
  const { annotations = {}, labels = {} } = metadata;
  const mark = MARKS.find(({ kind, key }) => key in (kind === 'label' ? labels : annotations));
  if (mark) return `${mark.owner} (${mark.kind} ${mark.key})`;
  const controller = controllerIn(metadata);
  if (controller) return `${controller.kind} "${controller.name}" (owner reference)`;
  return undefined;
}

/** Who wrote the Secret last, as seen by the service `instance`; a mark without an instance may be ours. */
export function writerOf({ annotations = {} }: V1ObjectMeta, instance: string): Writer | undefined {
  const target = annotations[ANNOTATIONS.target];
  const writer = annotations[ANNOTATIONS.instance] ?? instance;
  return target === undefined ? undefined : { target, isThisService: writer === instance };
}

/** The number of our last write of this Secret, or `undefined` where we never wrote it. */
export function revisionOf({ annotations = {} }: V1ObjectMeta): number | undefined {
  const text = annotations[ANNOTATIONS.revision] ?? '';
  return /^[1-9]\d{0,14}$/.test(text) ? Number(text) : undefined;
}

/** When a manager of fields last wrote, in milliseconds since 1970; 0 where the API server does not say. */
export function writtenAt({ time }: V1ManagedFieldsEntry): number {
  return time === undefined ? 0 : new Date(time).getTime();
}
