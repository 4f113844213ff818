import type { V1ManagedFieldsEntry, V1ObjectMeta, V1Secret } from '@kubernetes/client-node';
import { revisionOf } from '../ownership.ts';

/** A Secret as a watch keeps it. */
export interface KeptSecret {
  readonly name: string;
  readonly resourceVersion: string;
  readonly secret: V1Secret;
  /**
   * Whether everything is there that a judgement looks at. Of a Secret that we have never written only
   * certificates are kept: nobody else's private keys lie about in our memory.
   */
  readonly isWhole: boolean;
}

/** What kubectl leaves in an annotation is the whole Secret once more. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Says that an entry has some content, which is not kept. */
const CONTENT = Buffer.from('…').toString('base64');
/** What everybody may see who talks to the gateway. */
const PUBLIC_ENTRIES = ['tls.crt', 'cert', 'ca.crt', 'cacert'];
/** What Istio reads, and a judgement therefore looks at. */
const READ_ENTRIES = [...PUBLIC_ENTRIES, 'tls.key', 'key', 'crl', 'ca.crl', 'tls.ocsp-staple'];

/** What of a Secret is kept: little enough that 10,000 of them are some ten megabytes. */
export function keptSecret({ metadata = {}, type, immutable, data = {} }: V1Secret): KeptSecret {
  const { name = '', resourceVersion = '' } = metadata;
  const isWhole = revisionOf(metadata) !== undefined;
  const keptEntries = isWhole ? READ_ENTRIES : PUBLIC_ENTRIES;
  const entries = Object.entries(data).map(([entry, content]) => [
    entry,
    keptEntries.includes(entry) || content === '' ? content : CONTENT,
  ]);
  const secret: V1Secret = {
    metadata: keptMetadata(metadata),
    ...(type === undefined ? {} : { type }),
    ...(immutable === undefined ? {} : { immutable }),
    data: Object.fromEntries(entries) as Record<string, string>,
  };
  return { name, resourceVersion, secret, isWhole };
}

/** All that tells whose it is, and which state of it this is. */
function keptMetadata(metadata: V1ObjectMeta): V1ObjectMeta {
  const { name, namespace, uid, resourceVersion, labels, annotations = {} } = metadata;
  const { [LAST_APPLIED]: _, ...ownAnnotations } = annotations;
  return {
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    ...(labels ? { labels } : {}),
    annotations: ownAnnotations,
    ...(metadata.ownerReferences ? { ownerReferences: metadata.ownerReferences } : {}),
    managedFields: (metadata.managedFields ?? []).map(writerOfEntries),
  };
}

/** Who wrote which of the entries that we write, and when; all else of `managedFields` is as long as the Secret. */
function writerOfEntries({ manager, time, fieldsV1 }: V1ManagedFieldsEntry): V1ManagedFieldsEntry {
  const written = Object.keys((fieldsV1 as { 'f:data'?: object } | undefined)?.['f:data'] ?? {});
  const ours = written.filter((field) => READ_ENTRIES.includes(field.slice('f:'.length)));
  return {
    ...(manager === undefined ? {} : { manager }),
    ...(time === undefined ? {} : { time }),
    fieldsV1: { 'f:data': Object.fromEntries(ours.map((field) => [field, {}])) },
  };
}
