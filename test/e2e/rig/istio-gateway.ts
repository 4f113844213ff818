import type { GatewayHost } from './envoy-bootstrap.ts';

/** Istio's Gateway, as far as the stand-in reads one. */
export interface IstioGateway {
  readonly spec: { readonly servers: readonly GatewayServer[] };
}

interface GatewayServer {
  readonly port: { readonly number: number; readonly protocol: string };
  readonly hosts: readonly string[];
  readonly tls?: {
    readonly mode?: string;
    readonly credentialName?: string;
    readonly httpsRedirect?: boolean;
  };
}

/** What a Gateway asks of Envoy; a mode that the rig does not know is an error. */
export function hostsOf({ spec }: IstioGateway): readonly GatewayHost[] {
  const redirected = spec.servers
    .filter(({ tls }) => tls?.httpsRedirect === true)
    .flatMap(({ hosts }) => hosts);
  return spec.servers
    .filter(({ port }) => port.protocol === 'HTTPS')
    .flatMap(({ hosts, tls }) =>
      hosts.map((host) => ({
        host,
        credentialName: tls?.credentialName ?? '',
        mode: knownMode(tls?.mode),
        httpsRedirect: redirected.includes(host),
      })),
    );
}

function knownMode(mode: string | undefined): GatewayHost['mode'] {
  if (mode === 'SIMPLE' || mode === 'MUTUAL') return mode;
  throw new Error(`the rig has no tls.mode ${mode}`);
}
