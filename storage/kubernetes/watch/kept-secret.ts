import type {
  V1ManagedFieldsEntry,
  V1ObjectMeta,
  V1OwnerReference,
  V1Secret,
} from '@kubernetes/client-node';
import { SEPARATE_CA } from '../../../src/discovery/place.ts';
import { controllerIn, isOwnershipMark, revisionOf, writtenAt } from '../ownership.ts';

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
  /** Whether it says that we have written it: such a one is judged by all of it. */
  readonly isMarked: boolean;
}

/** Says that an entry has some content, which is not kept. */
const CONTENT = Buffer.from('…').toString('base64');
const CERTIFICATES = ['tls.crt', 'cert'];
const CLIENT_AUTHORITIES = ['ca.crt', 'cacert'];
/** What Istio reads, and a judgement therefore looks at. */
const READ_ENTRIES = [
  ...[...CERTIFICATES, ...CLIENT_AUTHORITIES],
  ...['tls.key', 'key', 'crl', 'ca.crl', 'tls.ocsp-staple'],
];

/** Of all entries of a Secret of ours, in Base64; what is larger is read anew each time. Ours are below 20 KB. */
const MAX_OWN_CHARACTERS = 128 * 1024;
/** Of one entry of anybody else's. */
const MAX_FOREIGN_CHARACTERS = 64 * 1024;
/** A label's value, a name: nothing that counts is longer. */
const MAX_TEXT = 253;
/** Who else has written our entries: of more than so many the last ones tell enough. */
const MAX_WRITERS = 16;

const FIRST_CERTIFICATE = /-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----/;

/** What of a Secret is kept: little enough, whatever others put into it, that 10,000 of them are some ten megabytes. */
export function keptSecret({ metadata = {}, type, immutable, data = {} }: V1Secret): KeptSecret {
  const { name = '', resourceVersion = '' } = metadata;
  const isMarked = revisionOf(metadata) !== undefined;
  const entries = READ_ENTRIES.flatMap((entry) => {
    const content = data[entry];
    return content === undefined ? [] : [[entry, content] as const];
  });
  const characters = entries.reduce((sum, [, content]) => sum + content.length, 0);
  const isWhole = isMarked && characters <= MAX_OWN_CHARACTERS;
  const secret: V1Secret = {
    metadata: keptMetadata(metadata),
    ...(type === undefined ? {} : { type }),
    ...(immutable === undefined ? {} : { immutable }),
    data: Object.fromEntries(isWhole ? entries : publicPart(name, entries)),
  };
  return { name, resourceVersion, secret, isWhole, isMarked };
}

/** What everybody may see who talks to the gateway: the certificate, and where Istio looks for them client authorities. */
function publicPart(name: string, entries: readonly (readonly [string, string])[]) {
  const isSeparate = name.endsWith(SEPARATE_CA);
  return entries.flatMap(([entry, content]) => {
    if (CERTIFICATES.includes(entry)) return [[entry, firstCertificateIn(content)] as const];
    if (!(isSeparate && CLIENT_AUTHORITIES.includes(entry))) return [];
    return [[entry, content.length > MAX_FOREIGN_CHARACTERS ? CONTENT : content] as const];
  });
}

/** Made anew, so that nothing holds on to the whole. */
function firstCertificateIn(content: string): string {
  if (content === '') return '';
  const text = Buffer.from(content.slice(0, MAX_FOREIGN_CHARACTERS), 'base64').toString('latin1');
  const [pem] = FIRST_CERTIFICATE.exec(text) ?? [];
  return pem === undefined ? CONTENT : Buffer.from(pem).toString('base64');
}

/** All that tells whose it is, and which state of it this is. */
function keptMetadata(metadata: V1ObjectMeta): V1ObjectMeta {
  const { name, namespace, uid, resourceVersion, labels = {}, annotations = {} } = metadata;
  const controller = controllerIn(metadata);
  return {
    ...(name === undefined ? {} : { name }),
    ...(namespace === undefined ? {} : { namespace }),
    ...(uid === undefined ? {} : { uid }),
    ...(resourceVersion === undefined ? {} : { resourceVersion }),
    labels: marksIn(labels, 'label'),
    annotations: marksIn(annotations, 'annotation'),
    ...(controller ? { ownerReferences: [keptController(controller)] } : {}),
    managedFields: writersOfEntries(metadata.managedFields ?? []),
  };
}

function marksIn(texts: Readonly<Record<string, string>>, kind: 'label' | 'annotation') {
  const marks = Object.entries(texts).filter(([key]) => isOwnershipMark(kind, key));
  return Object.fromEntries(marks.map(([key, value]) => [key, short(value)]));
}

function keptController({ apiVersion, kind, name, uid }: V1OwnerReference): V1OwnerReference {
  return { apiVersion: short(apiVersion), kind: short(kind), name: short(name), uid: short(uid) };
}

/** A part of a text would hold on to all of it. */
function short(text: string): string {
  return text.length > MAX_TEXT ? '' : text;
}

/** Who made it, and who wrote which of the entries that we write, and when; all else of `managedFields` is as long as the Secret. */
function writersOfEntries(managedFields: readonly V1ManagedFieldsEntry[]): V1ManagedFieldsEntry[] {
  const [first, ...others] = managedFields.map(writerOfEntries);
  const writers = others.filter(({ fieldsV1 }) => hasEntries(fieldsV1));
  const last = writers
    .toSorted((one, other) => writtenAt(one) - writtenAt(other))
    .slice(-MAX_WRITERS);
  return first ? [first, ...last] : [];
}

function writerOfEntries({ manager, time, fieldsV1 }: V1ManagedFieldsEntry): V1ManagedFieldsEntry {
  const written = Object.keys((fieldsV1 as { 'f:data'?: object } | undefined)?.['f:data'] ?? {});
  const ours = written.filter((field) => READ_ENTRIES.includes(field.slice('f:'.length)));
  return {
    ...(manager === undefined ? {} : { manager }),
    ...(time === undefined ? {} : { time }),
    fieldsV1: { 'f:data': Object.fromEntries(ours.map((field) => [field, {}])) },
  };
}

function hasEntries(fieldsV1: unknown): boolean {
  return Object.keys((fieldsV1 as { 'f:data'?: object } | undefined)?.['f:data'] ?? {}).length > 0;
}
