import { execFileSync } from 'node:child_process';
import { dirname } from 'node:path';

/** Runs kubectl as a user does; its output, or an error with what it said. */
export function kubectl(
  kubeconfig: string,
  args: readonly string[],
  { input = '' }: { readonly input?: string } = {},
): string {
  const { PATH = '' } = process.env;
  return execFileSync('kubectl', args, {
    input,
    encoding: 'utf8',
    stdio: 'pipe',
    maxBuffer: 64 * 1024 * 1024,
    // It keeps a cache of what the server offers in its home, and without one in the working folder.
    env: { PATH, HOME: dirname(kubeconfig), KUBECONFIG: kubeconfig },
  });
}

/** `kubectl kustomize <folder> | kubectl apply --server-side -f -`, in `namespace` where it is given. */
export function applyKustomization(kubeconfig: string, folder: string, namespace?: string): string {
  const input = kubectl(kubeconfig, ['kustomize', folder]);
  const scope = namespace === undefined ? [] : ['--namespace', namespace];
  return kubectl(kubeconfig, ['apply', '--server-side', ...scope, '-f', '-'], { input });
}
