import type { KeyAlgorithm, Subject, SubjectAltNames } from '../certificate.ts';
import type { RotationReason } from './rotation-reason.ts';
import type { RotationWindow } from './schedule/rotation-window.ts';
import type { Served } from './served-place.ts';

/** What every kind of destination can be told about the files that it holds. */
interface DestinationContents {
  /** Whether `tls.crt` ends with the root, as Application Gateway wants of its backends. */
  readonly includeRoot: boolean;
  /** The authorities whose client certificates the consumer accepts; makes `ca.crt`. */
  readonly clientAuthorities: readonly string[];
  /** Whether `ca.crt` holds only those authorities' own certificates, or their paths up to the root. */
  readonly clientTrust: 'issuer' | 'root';
}

export interface KubernetesSecretDestination extends DestinationContents {
  readonly type: 'kubernetesSecret';
  /** A context of the kubeconfig; absent: the current one, or the cluster this service runs in. */
  readonly context?: string;
  readonly namespace: string;
  readonly name: string;
  readonly secretType: 'kubernetes.io/tls' | 'Opaque';
  /** Whether `ca.crt` lies beside the key, or in a Secret of its own, `<name>-cacert`, which Istio reads first. Absent: beside it. */
  readonly clientCaSecret?: 'same' | 'separate';
  /** Whether a Secret that somebody made by hand may be taken over. */
  readonly adopt: boolean;
}

export interface DirectoryDestination extends DestinationContents {
  readonly type: 'directory';
  /** Absolute, existing and canonical. */
  readonly path: string;
  /** The mode of `tls.key`. */
  readonly keyMode: '0600' | '0640';
}

/** What this service hands out itself, over gRPC, to the Envoys that may read it. */
export interface SdsDestination extends DestinationContents {
  readonly type: 'sds';
  /** The target's own name, by which Envoy asks. */
  readonly name: string;
  /** URIs of client certificates, as they are written there; absent: those that end with `/sds/` and the name. */
  readonly readers?: readonly string[];
}

export type Destination = KubernetesSecretDestination | DirectoryDestination | SdsDestination;

/** A place that is kept supplied with a fresh certificate. */
export interface RotationTarget extends SubjectAltNames {
  readonly name: string;
  readonly authority: string;
  readonly profile: string;
  readonly subject?: Subject;
  readonly keyAlgorithm: KeyAlgorithm;
  /** Duration text, such as `30d`. */
  readonly validity: string;
  /** Duration text; absent: a third of the certificate's lifetime. */
  readonly renewBefore?: string;
  /** Duration text, or `0s`: over which time before it is due a target is spread by its name; absent: a tenth of the lifetime. */
  readonly jitter?: string;
  /** Absent: the window of all targets, where there is one. */
  readonly rotationWindow?: RotationWindow;
  readonly destination: Destination;
  /** Where its certificate is served, so that this can be proven; absent: nobody looks. */
  readonly served?: Served;
  /** Whether a certificate that is not served in time gives way to the one before it; absent: no. */
  readonly rollback?: boolean;
}

export const TARGET_STATES = ['current', 'due', 'failing', 'conflict', 'pending'] as const;

export type TargetState = (typeof TARGET_STATES)[number];

/** What the last pass over a target found and did. */
export interface TargetStatus {
  readonly state: TargetState;
  /** Why the target is not current; empty when it is. */
  readonly reasons: readonly RotationReason[];
  readonly serialNumber: string | null;
  readonly notAfter: Date | null;
  readonly nextRotationAt: Date | null;
  readonly lastRotatedAt: Date | null;
  readonly lastError: string | null;
}
