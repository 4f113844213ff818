import type { V1ManagedFieldsEntry, V1ObjectMeta, V1Secret } from '@kubernetes/client-node';
import { revisionOf } from '../ownership.ts';

/** A Secret as a watch keeps it. */
export interface KeptSecret {
  readonly name: string;
  readonly resourceVersion: string;
  readonly secret: V1Secret;
  /**
   * Whether everything is there that a judgement looks at. Of a Secret that we have never written only the
   * certificate is kept: nobody else's private keys lie about in our memory.
   */
  readonly isWhole: boolean;
}

/** What kubectl leaves in an annotation is the whole Secret once more. */
const LAST_APPLIED = 'kubectl.kubernetes.io/last-applied-configuration';
/** Entries that hold certificates, and never a key. */
const PUBLIC = ['tls.crt', 'ca.crt', 'cacert'];
/** Says that an entry has some content, which is not kept. */
const CONTENT = Buffer.from('…').toString('base64');
/** A chain and a client CA bundle are far below, and what is longer is not ours. */
const MAX_ENTRY_CHARACTERS = 64 * 1024;

/** What of a Secret is kept: little enough that 10,000 of them are some ten megabytes. */
export function keptSecret({ metadata = {}, type, immutable, data = {} }: V1Secret): KeptSecret {
  const { name = '', resourceVersion = '' } = metadata;
  const isWhole = revisionOf(metadata) !== undefined;
  const entries = Object.entries(data).map(([entry, content]) => {
    const isKept = content.length <= MAX_ENTRY_CHARACTERS && (isWhole || PUBLIC.includes(entry));
    return [entry, isKept || content === '' ? content : CONTENT];
  });
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
    ...(metadata.managedFields ? { managedFields: writersIn(metadata.managedFields) } : {}),
  };
}

/** Who has written which entries, and when; of all other fields nobody asks. */
function writersIn(entries: readonly V1ManagedFieldsEntry[]): V1ManagedFieldsEntry[] {
  return entries.map(({ manager, time, fieldsV1 }) => {
    const data = (fieldsV1 as { 'f:data'?: object } | undefined)?.['f:data'];
    return {
      ...(manager === undefined ? {} : { manager }),
      ...(time === undefined ? {} : { time }),
      ...(data ? { fieldsV1: { 'f:data': data } } : {}),
    };
  });
}
