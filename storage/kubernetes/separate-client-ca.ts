import type { Violation } from '../../src/errors.ts';
import type { ClockOffset } from '../../src/rotation/clock-offset.ts';
import type {
  Announcement,
  Beside,
  DestinationState,
  DestinationTouch,
  DestinationWrite,
} from '../../src/rotation/destination.ts';
import type { KubernetesSecretDestination } from '../../src/rotation/target.ts';
import type { SecretStore } from './secret-store.ts';

type Present = Extract<DestinationState, { kind: 'present' }>;
type Inner = Pick<
  SecretStore,
  'violationsOf' | 'read' | 'write' | 'touch' | 'remove' | 'announce' | 'clockOffset'
>;

/**
 * Secrets whose client authorities lie in a Secret of their own, `<name>-cacert`, which Istio reads before the one with
 * the key (istio `pilot/pkg/credentials/kube/secrets.go`, GetCaCert). To everybody else the two are one destination.
 *
 * Two Secrets cannot change in one write. The client authorities go first: they are the ones that overlap, old and new
 * together, while a certificate that is one write late is the one that was served before.
 */
export class SeparateClientCa {
  readonly #secrets: Inner;

  constructor(secrets: Inner) {
    this.#secrets = secrets;
  }

  violationsOf(destination: KubernetesSecretDestination): Promise<readonly Violation[]> {
    return this.#secrets.violationsOf(destination);
  }

  announce(destination: KubernetesSecretDestination, announcement: Announcement): Promise<void> {
    return this.#secrets.announce(destination, announcement);
  }

  clockOffset(destination: KubernetesSecretDestination): ClockOffset | undefined {
    return this.#secrets.clockOffset(destination);
  }

  async read(destination: KubernetesSecretDestination): Promise<DestinationState> {
    if (!isSeparate(destination)) return this.#secrets.read(destination);
    const [main, ca] = await Promise.all([
      this.#secrets.read(mainOf(destination)),
      this.#secrets.read(caOf(destination)),
    ]);
    if (main.kind === 'foreign') return main;
    if (ca.kind === 'foreign') {
      return { kind: 'foreign', owner: `${ca.owner}, as to Secret "${caOf(destination).name}"` };
    }
    if (main.kind === 'absent' && ca.kind === 'absent') return main;
    return joined(main, ca, caOf(destination).name);
  }

  async write(destination: KubernetesSecretDestination, write: DestinationWrite): Promise<void> {
    const { 'ca.crt': ca, ...pair } = write.files;
    if (isSeparate(destination) && ca !== undefined) {
      const [main, separate] = partsOf(write.found);
      const own = { ...write, files: { 'ca.crt': ca }, found: separate };
      await this.#secrets.write(caOf(destination), own);
      await this.#secrets.write(mainOf(destination), { ...write, files: pair, found: main });
      return;
    }
    const left = ca === undefined ? undefined : await this.#secrets.read(caOf(destination));
    const isOurs =
      left?.kind === 'present' &&
      left.writer?.target === write.targetName &&
      left.writer.isThisService;
    // Where it cannot be deleted below, it must not say anything else.
    if (isOurs && ca !== undefined) {
      await this.#secrets.write(caOf(destination), {
        ...write,
        files: { 'ca.crt': ca },
        found: left,
      });
    }
    await this.#secrets.write(destination, write);
    // What a target has left that kept them apart before would win over what was just written.
    if (ca !== undefined) await this.#secrets.remove(caOf(destination), write.targetName);
  }

  /** The Secret with the certificate is enough: both are pushed together (istio `xds/sds.go`, relatedConfigs). */
  touch(destination: KubernetesSecretDestination, touch: DestinationTouch): Promise<boolean> {
    if (!isSeparate(destination)) return this.#secrets.touch(destination, touch);
    const [version] = JSON.parse(touch.version) as [string | null, string | null];
    return this.#secrets.touch(mainOf(destination), { ...touch, version: version ?? '' });
  }

  async remove(destination: KubernetesSecretDestination, targetName: string): Promise<boolean> {
    const isRemoved = await this.#secrets.remove(mainOf(destination), targetName);
    if (!isSeparate(destination)) return isRemoved;
    const isCaRemoved = await this.#secrets.remove(caOf(destination), targetName);
    return isRemoved || isCaRemoved;
  }
}

function isSeparate({ clientAuthorities, clientCaSecret }: KubernetesSecretDestination): boolean {
  return clientCaSecret === 'separate' && clientAuthorities.length > 0;
}

/** The Secret with key and certificate. */
function mainOf(destination: KubernetesSecretDestination): KubernetesSecretDestination {
  return isSeparate(destination) ? { ...destination, clientAuthorities: [] } : destination;
}

/** The Secret with the client authorities alone. */
function caOf(destination: KubernetesSecretDestination): KubernetesSecretDestination {
  const name = `${destination.name}-cacert`;
  return { ...destination, name, secretType: 'Opaque', clientAuthorities: [] };
}

type Writable = Exclude<DestinationState, { kind: 'foreign' }>;

function joined(main: Writable, ca: Writable, caName: string): Present {
  const parts = [main, ca].filter((part) => part.kind === 'present');
  const [first] = parts;
  const writers = parts.flatMap(({ writer }) => writer ?? []);
  const stranger = writers.find(({ target }) => target !== writers[0]?.target);
  const rivalry = stranger && `Secret "${caName}" is kept by target "${stranger.target}"`;
  const obstacle = rivalry ?? parts.find((part) => part.obstacle !== undefined)?.obstacle;
  const changedBy = parts.find((part) => part.changedBy !== undefined)?.changedBy;
  const beside = besideOf(parts);
  return {
    kind: 'present',
    files: Object.assign({}, ...parts.map(({ files }) => files)) as Present['files'],
    isAsWritten: parts.length === 2 && parts.every(({ isAsWritten }) => isAsWritten),
    revision: parts.length === 2 ? Math.min(...parts.map(({ revision }) => revision)) : 0,
    version: JSON.stringify([versionOf(main), versionOf(ca)]),
    ...(obstacle === undefined ? {} : { obstacle }),
    ...(changedBy === undefined ? {} : { changedBy }),
    ...(beside ? { beside } : {}),
    ...(first?.writer ? { writer: first.writer } : {}),
  };
}

function besideOf(parts: readonly Present[]): Beside | undefined {
  const entries = parts.flatMap(({ beside }) => Object.entries(beside?.entries ?? {}));
  return entries.length === 0 ? undefined : { entries: Object.fromEntries(entries) };
}

function versionOf(part: Writable): string | null {
  return part.kind === 'present' ? part.version : null;
}

/** What was found, Secret by Secret. */
function partsOf(found: DestinationWrite['found']): readonly [Writable, Writable] {
  if (found.kind === 'absent') return [found, found];
  const [main, ca] = JSON.parse(found.version) as [string | null, string | null];
  const partWith = (version: string | null): Writable =>
    version === null ? { kind: 'absent' } : { ...found, version };
  return [partWith(main), partWith(ca)];
}
