import type { DestinationState, DestinationWrite } from '../../../src/rotation/destination.ts';
import type { KubernetesSecretDestination } from '../../../src/rotation/target.ts';
import { SecretStore, type SecretStoreOptions } from '../../../storage/kubernetes/secret-store.ts';

/** Destination `istio-system/web` of target `web`, with what a test says otherwise. */
export function secretDestination(
  other: Partial<KubernetesSecretDestination> = {},
): KubernetesSecretDestination {
  return {
    type: 'kubernetesSecret',
    namespace: 'istio-system',
    name: 'web',
    secretType: 'kubernetes.io/tls',
    includeRoot: true,
    clientAuthorities: [],
    clientTrust: 'issuer',
    adopt: false,
    ...other,
  };
}

export const files = { 'tls.crt': 'the certificate\n', 'tls.key': 'the private key\n' };

/** A write of `files` where nothing was found, with what a test says otherwise. */
export function secretWrite(other: Partial<DestinationWrite> = {}): DestinationWrite {
  return {
    targetName: 'web',
    revision: 1,
    serialNumber: '4a',
    notAfter: new Date('2030-01-02T03:04:05Z'),
    files,
    found: { kind: 'absent' },
    ...other,
  };
}

/** What was found, as a Secret of ours at `revision`. */
export function presentState(
  other: Partial<Extract<DestinationState, { kind: 'present' }>> = {},
): Extract<DestinationState, { kind: 'present' }> {
  const version = '0b9f9a4e-0000-4000-8000-000000000000/4711/certwright';
  return { kind: 'present', files, isAsWritten: true, revision: 7, version, ...other };
}

/** The service whose marks are ours. */
export const INSTANCE = 'this-service';

/** Reads the same Secret, `context` apart, through one store. */
export function reader(options: Partial<SecretStoreOptions> & { readonly file?: string }) {
  const { file, ...other } = options;
  const kubeconfigFiles = file === undefined ? [] : [file];
  const store = new SecretStore({
    kubeconfigFiles,
    timeoutMs: 5_000,
    instance: INSTANCE,
    ...other,
  });
  return (context?: string) =>
    store.read(secretDestination(context === undefined ? {} : { context }));
}
