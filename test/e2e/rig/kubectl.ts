import { execFileSync } from 'node:child_process';

/** Runs kubectl as a user does; its output, or an error with what it said. */
export function kubectl(
  kubeconfig: string,
  args: readonly string[],
  { input = '', cwd }: { readonly input?: string; readonly cwd?: string } = {},
): string {
  const { PATH = '' } = process.env;
  return execFileSync('kubectl', args, {
    input,
    encoding: 'utf8',
    stdio: 'pipe',
    maxBuffer: 64 * 1024 * 1024,
    env: { PATH, KUBECONFIG: kubeconfig },
    ...(cwd === undefined ? {} : { cwd }),
  });
}

/** `kubectl kustomize <folder> | kubectl apply --server-side -f -`, in `namespace` where it is given. */
export function applyKustomization(kubeconfig: string, folder: string, namespace?: string): string {
  const input = kubectl(kubeconfig, ['kustomize', folder]);
  const scope = namespace === undefined ? [] : ['--namespace', namespace];
  return kubectl(kubeconfig, ['apply', '--server-side', ...scope, '-f', '-'], { input });
}
