// All that the client's own `config.js` imports from its generated index, which `client-node.ts` replaces by this.
export { createConfiguration } from '@kubernetes/client-node/dist/gen/configuration.js';
export { ServerConfiguration } from '@kubernetes/client-node/dist/gen/servers.js';
