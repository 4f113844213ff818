import type { Rotation } from '../src/rotation/rotation.ts';
import type { TargetRecord } from '../src/rotation/rotation-record.ts';
import type { KubernetesSecretDestination } from '../src/rotation/target.ts';

/** One Secret, as a watch tells of it. */
interface Place extends Namespace {
  readonly name: string;
}

interface Namespace {
  readonly context: string | undefined;
  readonly namespace: string;
}

interface WatchedTargetsDeps {
  readonly listTargets: () => Promise<readonly TargetRecord[]>;
  readonly follow: (destinations: readonly KubernetesSecretDestination[]) => void;
  readonly begin: Rotation['beginNoticed'];
  readonly reportFailure: (error: unknown) => void;
}

/** Targets that are declared one after another are looked through once. */
const DEBOUNCE_MS = 100;

/** Has the watches follow the targets there are, and each change of a Secret lead to a pass over its target. */
export class WatchedTargets {
  readonly #deps: WatchedTargetsDeps;
  #names: ReadonlyMap<string, string> = new Map();
  #debounce: NodeJS.Timeout | undefined;

  constructor(deps: WatchedTargetsDeps) {
    this.#deps = deps;
  }

  /** To be called whenever targets have changed; it does not delay its caller. */
  readonly refreshSoon = (): void => {
    this.#debounce ??= setTimeout(() => {
      this.#debounce = undefined;
      this.refresh().catch(this.#deps.reportFailure);
    }, DEBOUNCE_MS);
  };

  async refresh(): Promise<void> {
    const secrets = (await this.#deps.listTargets()).flatMap(({ target: { name, destination } }) =>
      destination.type === 'kubernetesSecret'
        ? placesOf(destination).map((place) => ({ name, destination: place }))
        : [],
    );
    this.#names = new Map(secrets.map(({ name, destination }) => [keyOf(destination), name]));
    this.#deps.follow(secrets.map(({ destination }) => destination));
  }

  readonly onChange = (places: readonly Place[]): void => {
    const names = places.flatMap((place) => this.#names.get(keyOf(place)) ?? []);
    if (names.length > 0) this.#deps.begin(names, { isReachable: false });
  };

  /** Targets that failed, perhaps since nobody answered, are tried again at once. */
  readonly onRecovery = ({ context, namespace }: Namespace): void => {
    const begin = async () => {
      const failing = (await this.#deps.listTargets()).filter(({ target, progress }) => {
        const { destination } = target;
        const isThere =
          destination.type === 'kubernetesSecret' &&
          destination.context === context &&
          destination.namespace === namespace;
        return isThere && progress.status.state === 'failing';
      });
      const names = failing.map(({ target }) => target.name);
      if (names.length > 0) this.#deps.begin(names, { isReachable: true });
    };
    begin().catch(this.#deps.reportFailure);
  };

  stop(): void {
    clearTimeout(this.#debounce);
  }
}

/** A target's Secret, and the one in which Istio looks for client authorities first. */
function placesOf(
  destination: KubernetesSecretDestination,
): readonly KubernetesSecretDestination[] {
  if (destination.clientAuthorities.length === 0) return [destination];
  return [destination, { ...destination, name: `${destination.name}-cacert` }];
}

function keyOf(place: { context?: string | undefined; namespace: string; name: string }): string {
  return JSON.stringify([place.context ?? null, place.namespace, place.name]);
}
