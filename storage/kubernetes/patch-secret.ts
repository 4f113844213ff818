import type { V1Secret } from '@kubernetes/client-node';
import { objectPath } from './object-path.ts';
import type { OpenCluster } from './open-cluster.ts';
import { FIELD_MANAGER } from './ownership.ts';

/** A change of a Secret, and how the API server is to take it (Kubernetes, *Server-Side Apply*; RFC 7386). */
export interface SecretPatch {
  readonly strategy: keyof typeof MEDIA_TYPES;
  readonly body: object;
  /** Whether an apply takes fields from other managers. */
  readonly force?: boolean;
}

const MEDIA_TYPES = {
  ServerSideApply: 'application/apply-patch+yaml',
  MergePatch: 'application/merge-patch+json',
} as const;

/** Changes one Secret in one request under our own name, and gives it as it is then. */
export async function patchSecret(
  { send }: OpenCluster,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { strategy, body, force }: SecretPatch,
): Promise<V1Secret> {
  const query = { fieldManager: FIELD_MANAGER, ...(force ? { force: 'true' } : {}) };
  const path = objectPath({ namespace, resource: 'secrets', name }, query);
  const mediaType = MEDIA_TYPES[strategy];
  const written = await send<V1Secret>({ method: 'PATCH', path, body, mediaType });
  // A proxy's page is a 200 as well.
  if (!written.metadata?.resourceVersion) throw new SyntaxError('it is no Secret');
  return written;
}
