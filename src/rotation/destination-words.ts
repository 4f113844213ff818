import type { Destination } from './target.ts';

/** A destination as people name it: `istio-system/webapp-credential`, with its context before it, or a folder. */
export function destinationWords(destination: Destination): string {
  switch (destination.type) {
    case 'kubernetesSecret': {
      const { context, namespace, name } = destination;
      return `${context === undefined ? '' : `${context}:`}${namespace}/${name}`;
    }
    case 'directory':
      return destination.path;
    case 'sds':
      return 'sds';
  }
}
