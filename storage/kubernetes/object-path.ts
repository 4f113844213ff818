/** Objects of one kind, or one of them. */
export interface ObjectPlace {
  /** Absent: `v1`, that of the core group. */
  readonly apiVersion?: string;
  /** Absent: all namespaces. */
  readonly namespace?: string;
  /** The kind in the plural and in lower case. */
  readonly resource: string;
  readonly name?: string;
}

/** Where an API server has them (Kubernetes API Concepts, *Resource URIs*). */
export function objectPath(
  { apiVersion = 'v1', namespace, resource, name }: ObjectPlace,
  query: Readonly<Record<string, string>> = {},
): string {
  const group = apiVersion.includes('/') ? `/apis/${apiVersion}` : `/api/${apiVersion}`;
  const scope = namespace === undefined ? [] : ['namespaces', namespace];
  const segments = [...scope, resource, ...(name === undefined ? [] : [name])];
  const path = group + segments.map((segment) => `/${encodeURIComponent(segment)}`).join('');
  const search = new URLSearchParams(query).toString();
  return search === '' ? path : `${path}?${search}`;
}
