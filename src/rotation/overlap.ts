import type { Destination } from './target.ts';

/**
 * Whether two destinations would get in each other's way for ever: one Secret, or one folder with the
 * other in it, since old revisions are deleted with all that is below them.
 */
export function doOverlap(one: Destination, other: Destination): boolean {
  if (one.type === 'directory' && other.type === 'directory') {
    return isAtOrBelow(one.path, other.path) || isAtOrBelow(other.path, one.path);
  }
  if (one.type !== 'kubernetesSecret' || other.type !== 'kubernetesSecret') return false;
  return (
    one.context === other.context && one.namespace === other.namespace && one.name === other.name
  );
}

function isAtOrBelow(path: string, folder: string): boolean {
  return path === folder || path.startsWith(`${folder}/`);
}
