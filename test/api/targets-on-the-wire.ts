import assert from 'node:assert/strict';
import type { RotationTarget } from '../../src/rotation/target.ts';
import type { ApiClient } from '../support/api-client.ts';

/** A rotation target as the API answers it. */
export interface TargetJson {
  readonly name: string;
  readonly dnsNames: readonly string[];
  readonly keyAlgorithm: string;
  readonly destination: Readonly<Record<string, unknown>>;
  readonly warnings: readonly { readonly code: string; readonly detail: string }[];
  readonly status: {
    readonly state: string;
    readonly reasons: readonly string[];
    readonly serialNumber: string | null;
    readonly revision: number;
    readonly conflict: object | null;
    readonly notAfter: string | null;
    readonly nextRotationAt: string | null;
    readonly lastRotatedAt: string | null;
    readonly lastError: string | null;
    readonly served: ServedJson | null;
  };
}

/** What the places of a target serve, as the API answers it. */
interface ServedJson {
  readonly state: string;
  readonly since: string;
  readonly at: string;
  readonly serialNumber: string;
  readonly places: readonly {
    readonly place: string;
    readonly state: string;
    readonly since: string;
    readonly servedInstead?: Readonly<Record<string, string | null>>;
    readonly error?: string;
  }[];
}

/** What a pass did with one target. */
export interface ItemJson {
  readonly target: string;
  readonly outcome: string;
  readonly reasons: readonly string[];
  readonly serialNumber: string | null;
  readonly error?: string;
}

/** The body of a target's declaration, as far as tests look into it. */
interface TargetBody extends Readonly<Record<string, unknown>> {
  readonly name: string;
  readonly destination: Readonly<Record<string, unknown>>;
}

/** A target that writes to `path`, with whatever a test changes in it. */
export function directoryTarget(path: string, changes: Partial<TargetBody> = {}): TargetBody {
  return {
    name: 'edge',
    authority: 'issuing',
    profile: 'server',
    dnsNames: ['edge.example.org'],
    validity: '30d',
    destination: { type: 'directory', path },
    ...changes,
  };
}

/** As {@link directoryTarget}, for a Secret in `namespace`. */
export function secretTarget(namespace: string, changes: Partial<TargetBody> = {}): TargetBody {
  const where = { namespace, name: 'webapp-credential', secretType: 'kubernetes.io/tls' };
  const destination = { type: 'kubernetesSecret', ...where };
  return directoryTarget('', { name: 'webapp', destination, ...changes });
}

/** A target of the settings file, called `from-file`. */
export function inFile(path: string): RotationTarget {
  return {
    name: 'from-file',
    authority: 'issuing',
    profile: 'server',
    ...{ dnsNames: ['file.example.org'], ipAddresses: [], emailAddresses: [], uris: [] },
    keyAlgorithm: 'ecdsa-p256',
    validity: '30d',
    destination: {
      ...{ type: 'directory', path, includeRoot: true, clientAuthorities: [] },
      ...{ clientTrust: 'issuer', keyMode: '0600' },
    },
    rollback: false,
  };
}

/** The target as it stands once every pass under way, and one more, has ended. */
export async function settled(api: ApiClient, name: string): Promise<TargetJson> {
  assert.equal((await api.post('/v1/rotation/run')).status, 200);
  return (await api.get(`/v1/rotation/targets/${name}`)).json<TargetJson>();
}

/** Declares a target, which must succeed, and waits for its first pass. */
export async function declared(api: ApiClient, target: TargetBody): Promise<TargetJson> {
  const reply = await api.post('/v1/rotation/targets', target);
  assert.equal(reply.status, 201, reply.text);
  return settled(api, target.name);
}
