import { z } from 'zod';
import { KEY_ALGORITHMS, type SubjectAltNames } from '../../src/certificate.ts';
import { canonicalName } from '../../src/issuance/names.ts';
import { NO_JITTER } from '../../src/rotation/schedule/rotation-time.ts';
import { MAX_SUBDOMAIN_LENGTH, SUBDOMAIN } from '../../src/rotation/secret-name.ts';
import type { Destination } from '../../src/rotation/target.ts';
import type { TargetDeclaration } from '../../src/rotation/target-declaration.ts';
import { Context, Namespace } from './kubernetes-names.ts';
import { Duration, Line, listOf, Name, SubjectBody, subjectAltNameMembers, Uri } from './names.ts';
import { RotationWindowBody } from './rotation-window.ts';
import { ServedBody } from './served.ts';

/** Linux' PATH_MAX. */
const MAX_PATH_LENGTH = 4_096;

const contents = {
  includeRoot: z.boolean().default(true),
  clientAuthorities: listOf(Name).default([]),
  clientTrust: z.enum(['issuer', 'root']).default('issuer'),
} as const;

const DestinationBody = z.discriminatedUnion('type', [
  z.strictObject({
    type: z.literal('kubernetesSecret'),
    context: Context.exactOptional(),
    namespace: Namespace,
    name: z
      .string()
      .max(MAX_SUBDOMAIN_LENGTH)
      .regex(SUBDOMAIN, 'must be a DNS subdomain, as Kubernetes names Secrets'),
    secretType: z.enum(['kubernetes.io/tls', 'Opaque']),
    ...contents,
    clientCaSecret: z.enum(['same', 'separate']).exactOptional(),
    adopt: z.boolean().default(false),
  }),
  z.strictObject({
    type: z.literal('directory'),
    path: Line.max(MAX_PATH_LENGTH).startsWith('/', 'must be an absolute path'),
    ...contents,
    keyMode: z.enum(['0600', '0640']).default('0600'),
  }),
  z.strictObject({
    type: z.literal('sds'),
    ...contents,
    readers: listOf(Uri).min(1, 'has at least one member').exactOptional(),
  }),
]);

const members = {
  authority: Name,
  profile: Name,
  subject: SubjectBody.exactOptional(),
  ...subjectAltNameMembers,
  keyAlgorithm: z.enum(KEY_ALGORITHMS).exactOptional(),
  validity: Duration,
  renewBefore: Duration.exactOptional(),
  jitter: z.union([z.literal(NO_JITTER), Duration]).exactOptional(),
  rotationWindow: RotationWindowBody.exactOptional(),
  destination: DestinationBody,
  served: ServedBody.exactOptional(),
  rollback: z.boolean().default(false),
} as const;

/** Body of `POST /v1/rotation/targets`, and an entry of `rotationTargets` in the settings file. */
export const TargetBody = z.strictObject({ name: Name, ...members });

/** Body of `PUT /v1/rotation/targets/{name}`: a name in it must be the path's. */
export const TargetReplacementBody = z.strictObject({ name: Name.exactOptional(), ...members });

/** Body of `POST /v1/rotation/run`. */
export const RotationRunBody = z.strictObject({ force: z.boolean().default(false) });

/** A declaration with its names as certificates have them; absent names are none. */
export function targetOf(body: z.infer<typeof TargetBody>): TargetDeclaration {
  const written = (kind: keyof SubjectAltNames) =>
    (body[kind] ?? []).map((name) => canonicalName(kind, name));
  return {
    ...body,
    dnsNames: written('dnsNames'),
    ipAddresses: written('ipAddresses'),
    emailAddresses: written('emailAddresses'),
    uris: written('uris'),
    destination: destinationOf(body),
  };
}

/** Where a target of this declaration is kept. */
export function destinationOf({
  name,
  destination,
}: Pick<z.infer<typeof TargetBody>, 'name' | 'destination'>): Destination {
  if (destination.type !== 'sds') return destination;
  const { readers, ...others } = destination;
  const written = readers?.map((uri) => canonicalName('uris', uri));
  return { ...others, name, ...(written ? { readers: written } : {}) };
}
