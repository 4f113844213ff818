import { type RegisterHooksOptions, registerHooks } from 'node:module';

const CONFIG = /\/@kubernetes\/client-node\/dist\/config\.js$/;
/** What `config.js` uses of the index, which has all else there is. */
const GENERATED = new URL('client-node-generated.ts', import.meta.url).href;

/**
 * `@kubernetes/client-node`, as far as it reads kubeconfigs and authenticates. Its thousand modules for the objects
 * and calls of the API are left out: nobody uses them here, and they take half a second and 40 MB.
 */
export async function loadClientNode() {
  const hooks = registerHooks({ resolve: withoutGenerated });
  try {
    const [{ KubeConfig }, { RequestContext, HttpMethod }] = await Promise.all([
      import('@kubernetes/client-node/dist/config.js'),
      import('@kubernetes/client-node/dist/gen/http/http.js'),
    ]);
    return { KubeConfig, RequestContext, HttpMethod };
  } finally {
    hooks.deregister();
  }
}

const withoutGenerated: RegisterHooksOptions['resolve'] = (specifier, context, nextResolve) => {
  const isIndex = specifier === './gen/index.js' && CONFIG.test(context.parentURL ?? '');
  return nextResolve(isIndex ? GENERATED : specifier, context);
};
