import type { V1Secret } from '@kubernetes/client-node';
import type { DestinationState } from '../../src/rotation/destination.ts';
import type { KubernetesSecretDestination } from '../../src/rotation/target.ts';
import { writerOf } from './ownership.ts';
import { besideIn, secretState, separateCaOf } from './secret-state.ts';

/** What Secrets were found to be: the same object for the same Secret, so that whoever has judged one knows it again. */
export class SecretStates {
  readonly #instance: string;
  readonly #states = new WeakMap<
    V1Secret,
    { readonly of: string; readonly state: DestinationState }
  >();

  constructor(instance: string) {
    this.#instance = instance;
  }

  /** What was made of it before, for this destination. */
  find(
    secret: V1Secret | undefined,
    destination: KubernetesSecretDestination,
    separate: V1Secret | undefined,
  ): DestinationState | undefined {
    const known = secret && this.#states.get(secret);
    return known?.of === keyOf(destination, separate) ? known.state : undefined;
  }

  /** The certificates that were read from it, whatever for. */
  certificatesOf(secret: V1Secret): string | undefined {
    const state = this.#states.get(secret)?.state;
    return state?.kind === 'present' ? state.files['tls.crt'] : undefined;
  }

  /** Takes the data out of the Secret: the state has all of it decoded, and 10,000 of them are not kept twice. */
  make(
    secret: V1Secret | undefined,
    destination: KubernetesSecretDestination,
    separate: V1Secret | undefined,
  ): DestinationState {
    const isOurs = separate && secret && this.#areOfOneTarget(secret, separate);
    const separateCa = separate && !isOurs ? separateCaOf(separate) : undefined;
    if (!secret) {
      const beside = besideIn({}, separateCa);
      return beside ? { kind: 'absent', beside } : { kind: 'absent' };
    }
    const state = secretState(secret, destination, {
      instance: this.#instance,
      ...(separateCa ? { separateCa } : {}),
    });
    this.#states.set(secret, { of: keyOf(destination, separate), state });
    if (state.kind === 'present') delete secret.data;
    return state;
  }

  /** What a target has written there itself goes away with its next write. */
  #areOfOneTarget(one: V1Secret, other: V1Secret): boolean {
    const [writer, otherWriter] = [one, other].map(({ metadata = {} }) =>
      writerOf(metadata, this.#instance),
    );
    const areOurs = writer?.isThisService === true && otherWriter?.isThisService === true;
    return areOurs && writer.target === otherWriter.target;
  }
}

function keyOf(destination: KubernetesSecretDestination, separate: V1Secret | undefined): string {
  return JSON.stringify([destination, separate?.metadata?.resourceVersion]);
}
