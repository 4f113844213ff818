import type { V1Secret } from '@kubernetes/client-node';
import type { DestinationState, Writer } from '../../src/rotation/destination.ts';
import type { KubernetesSecretDestination } from '../../src/rotation/target.ts';
import { writerOf } from './ownership.ts';
import { besideIn, parseVersion, secretState, separateCaOf } from './secret-state.ts';

const END_OF_CERTIFICATE = '-----END CERTIFICATE-----';
/** Of what follows the leaf: no chain of ours is longer, and whoever writes a Secret cannot fill the memory with it. */
const MAX_CHARACTERS = 16_384;
/** As many issuers as are in use at once; with more, sharing begins anew. */
const MAX_CHAINS = 256;

/** What Secrets were found to be: the same object for the same Secret, so that whoever has judged one knows it again. */
export class SecretStates {
  readonly #instance: string;
  /** What follows the leaf in `tls.crt`. */
  readonly #chains = new Map<string, string>();
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
    return known?.of === this.#keyOf(destination, separate) ? known.state : undefined;
  }

  /** What was made of it, whatever for. */
  stateOf(secret: V1Secret): DestinationState | undefined {
    return this.#states.get(secret)?.state;
  }

  /** Empties the Secret: the state has all that counts, and 10,000 of them are not kept twice. */
  make(
    secret: V1Secret | undefined,
    destination: KubernetesSecretDestination,
    separate: V1Secret | undefined,
  ): DestinationState {
    const isOurs = separate && this.areOfOneTarget(secret, separate);
    const separateCa = separate && !isOurs ? separateCaOf(separate) : undefined;
    if (!secret) {
      const beside = besideIn({}, separateCa);
      return beside ? { kind: 'absent', beside } : { kind: 'absent' };
    }
    const state = secretState(secret, destination, {
      instance: this.#instance,
      ...(separateCa ? { separateCa } : {}),
    });
    const kept = this.#sharing(state);
    this.#states.set(secret, { of: this.#keyOf(destination, separate), state: kept });
    if (kept.kind === 'present') {
      delete secret.data;
      delete secret.metadata;
    }
    return kept;
  }

  /** The same, with the part of its chain that others have too kept once for all of them. */
  #sharing(state: DestinationState): DestinationState {
    if (state.kind !== 'present' || state.files['tls.crt'] === undefined) return state;
    const { 'tls.crt': chain, ...others } = state.files;
    const end = chain.indexOf(END_OF_CERTIFICATE) + END_OF_CERTIFICATE.length;
    const isChain = end >= END_OF_CERTIFICATE.length && chain.length - end <= MAX_CHARACTERS;
    if (!isChain) return state;
    const [leaf, above] = [copyOf(chain.slice(0, end)), this.#shared(chain.slice(end))];
    const files = {
      get 'tls.crt'() {
        return leaf + above;
      },
      ...others,
    };
    return { ...state, files };
  }

  #shared(above: string): string {
    const known = this.#chains.get(above);
    if (known !== undefined) return known;
    const copy = copyOf(above);
    if (this.#chains.size >= MAX_CHAINS) this.#chains.clear();
    this.#chains.set(copy, copy);
    return copy;
  }

  /** What a target has written there itself goes away with its next write. */
  areOfOneTarget(one: V1Secret | undefined, other: V1Secret): boolean {
    const [writer, otherWriter] = [one && this.#writerOf(one), this.#writerOf(other)];
    const areOurs = writer?.isThisService === true && otherWriter?.isThisService === true;
    return areOurs && writer.target === otherWriter.target;
  }

  #writerOf(secret: V1Secret): Writer | undefined {
    const state = this.stateOf(secret);
    if (state?.kind === 'present') return state.writer;
    return writerOf(secret.metadata ?? {}, this.#instance);
  }

  /** Of the destination, what is judged but does not say which Secret it is. */
  #keyOf({ adopt, secretType }: KubernetesSecretDestination, separate: V1Secret | undefined) {
    const state = separate && this.stateOf(separate);
    const version =
      state?.kind === 'present'
        ? parseVersion(state.version).resourceVersion
        : separate?.metadata?.resourceVersion;
    return JSON.stringify([adopt, secretType, version]);
  }
}

/** A part of a text would hold on to all of it. */
function copyOf(text: string): string {
  return Buffer.from(text).toString();
}
