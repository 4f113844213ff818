import { authoritiesNameOf } from '../sds/resource.ts';
import type { Destination, KubernetesSecretDestination } from './target.ts';

/**
 * Whether two destinations would get in each other's way for ever: one Secret, or one folder with the
 * other in it, since old revisions are deleted with all that is below them; or two for SDS of which one
 * has the name that belongs to the other's client authorities.
 */
export function doOverlap(one: Destination, other: Destination): boolean {
  if (one.type === 'sds' && other.type === 'sds') {
    const names = [one.name, other.name];
    return one.name === other.name || names.some((name) => names.includes(authoritiesNameOf(name)));
  }
  if (one.type === 'directory' && other.type === 'directory') {
    return isAtOrBelow(one.path, other.path) || isAtOrBelow(other.path, one.path);
  }
  return couldBeSamePlace(one, other) && contextOf(one) === contextOf(other);
}

/** The same, where the current context of a kubeconfig may be any that is named. */
export function couldBeSamePlace(one: Destination, other: Destination): boolean {
  if (one.type !== 'kubernetesSecret' || other.type !== 'kubernetesSecret') {
    return one.type === other.type && doOverlap(one, other);
  }
  const [context, otherContext] = [contextOf(one), contextOf(other)];
  const isSameName = secretNamesOf(one).some((name) => secretNamesOf(other).includes(name));
  const isSameSecret = one.namespace === other.namespace && isSameName;
  const isAnyContext = context === undefined || otherContext === undefined;
  return isSameSecret && (isAnyContext || context === otherContext);
}

/** Of two destinations that overlap, one is `near` in a word that the other has `taken`: of many only few need be compared. */
export interface Places {
  readonly taken: readonly string[];
  readonly near: readonly string[];
}

export function placesOf(destination: Destination): Places {
  if (destination.type === 'directory') {
    const { path } = destination;
    const folders = foldersAbove(path);
    return {
      taken: [`at ${path}`, ...folders.map((folder) => `below ${folder}`)],
      near: [`below ${path}`, `at ${path}`, ...folders.map((folder) => `at ${folder}`)],
    };
  }
  const words =
    destination.type === 'sds'
      ? [destination.name, authoritiesNameOf(destination.name)].map((name) => `sds ${name}`)
      : secretNamesOf(destination).map((name) => `secret ${destination.namespace}/${name}`);
  return { taken: words, near: words };
}

function foldersAbove(path: string): readonly string[] {
  const parts = path.split('/');
  return parts.slice(0, -1).map((_, index) => parts.slice(0, index + 1).join('/'));
}

function contextOf(destination: Destination): string | undefined {
  return destination.type === 'kubernetesSecret' ? destination.context : undefined;
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}

/** Every Secret that a destination writes. */
function secretNamesOf(destination: KubernetesSecretDestination): readonly string[] {
  const { name, clientAuthorities, clientCaSecret } = destination;
  const hasOwnCa = clientCaSecret === 'separate' && clientAuthorities.length > 0;
  return hasOwnCa ? [name, `${name}-cacert`] : [name];
}
