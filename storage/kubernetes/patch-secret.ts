import type { CoreV1Api, V1Secret } from '@kubernetes/client-node';
import { FIELD_MANAGER } from './ownership.ts';

/** A change of a Secret, and how the API server is to take it (Kubernetes, *Server-Side Apply*; RFC 7386). */
export interface SecretPatch {
  readonly strategy: 'ServerSideApply' | 'MergePatch';
  readonly body: object;
  /** Whether an apply takes fields from other managers. */
  readonly force?: boolean;
}

/** Changes one Secret in one request under our own name, and gives it as it is then. */
export async function patchSecret(
  api: CoreV1Api,
  { namespace, name }: { readonly namespace: string; readonly name: string },
  { strategy, ...change }: SecretPatch,
): Promise<V1Secret> {
  const { PatchStrategy, setHeaderOptions } = await import('@kubernetes/client-node');
  return api.patchNamespacedSecret(
    { namespace, name, ...change, fieldManager: FIELD_MANAGER },
    setHeaderOptions('Content-Type', PatchStrategy[strategy]),
  );
}
