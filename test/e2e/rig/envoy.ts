import { mkdtempSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { envoyBootstrap, type GatewayHost } from './envoy-bootstrap.ts';
import { type Program, startProgram, untilReady } from './program.ts';
import { realPart } from './real-part.ts';
import type { World } from './world.ts';

/** A real Envoy as the gateway that listens where Istio's ingress gateway would. */
export interface Envoy {
  readonly stop: Program['stop'];
  /** One of its counters or gauges, by its whole name. */
  readonly counter: (name: string) => Promise<number>;
  readonly httpsPort: number;
  readonly httpPort: number;
  /** Serial numbers of the leaves that it serves now, as its admin interface tells them. */
  readonly servedSerialNumbers: () => Promise<readonly string[]>;
  /** Names of the secrets that it has got by SDS. */
  readonly activeSecretNames: () => Promise<readonly string[]>;
  /** Its log so far. */
  readonly output: () => string;
}

interface CertsAnswer {
  readonly certificates: readonly {
    readonly cert_chain: readonly { readonly serial_number: string }[];
  }[];
}

interface StatsAnswer {
  readonly stats: readonly { readonly value?: number }[];
}

/** A configuration, as far as it is looked at here. */
export interface EnvoyBootstrap {
  readonly static_resources: { readonly listeners: readonly unknown[] };
}

interface SecretsDump {
  readonly configs?: readonly { readonly name: string }[];
}

interface ListenersAnswer {
  readonly listener_statuses: readonly {
    readonly name: string;
    readonly local_address: { readonly socket_address: { readonly port_value: number } };
  }[];
}

/** Starts Envoy with one filter chain for each of `hosts`; the files in `sdsFolder` must exist already. */
export async function startEnvoy(
  world: World,
  hosts: readonly GatewayHost[],
  sdsFolder: string,
): Promise<Envoy> {
  return startEnvoyWith(world, envoyBootstrap(hosts, sdsFolder));
}

/** Starts Envoy and waits until it listens, where all that it needs is there. */
export async function startEnvoyWith(
  world: World,
  bootstrap: EnvoyBootstrap & { readonly admin?: object },
): Promise<Envoy> {
  const folder = mkdtempSync(join(world.folder, 'envoy-'));
  const bootstrapFile = join(folder, 'bootstrap.json');
  const adminFile = join(folder, 'admin-address');
  writeFileSync(bootstrapFile, JSON.stringify(bootstrap));
  const program = startProgram(world, {
    name: 'envoy',
    file: realPart('envoy'),
    args: [
      ...['--config-path', bootstrapFile, '--admin-address-path', adminFile],
      ...['--concurrency', '1', '--use-dynamic-base-id', '--log-level', 'warning'],
    ],
  });
  const ask = async <T>(path: string): Promise<T> => {
    const answer = await fetch(`http://${readFileSync(adminFile, 'utf8')}${path}`);
    return (await answer.json()) as T;
  };
  const ports = await untilReady('Envoy listens', program, async () => {
    const { listener_statuses } = await ask<ListenersAnswer>('/listeners?format=json');
    const found = listener_statuses.map(
      ({ name, local_address }) => [name, local_address.socket_address.port_value] as const,
    );
    const expected = bootstrap.static_resources.listeners.length;
    return found.length === expected ? new Map(found) : undefined;
  });
  return {
    stop: program.stop,
    counter: async (name) => {
      const { stats } = await ask<StatsAnswer>(`/stats?format=json&filter=^${name}$`);
      return stats[0]?.value ?? 0;
    },
    httpsPort: ports.get('https') ?? 0,
    httpPort: ports.get('http') ?? 0,
    servedSerialNumbers: async () => {
      const { certificates } = await ask<CertsAnswer>('/certs');
      return certificates.flatMap(({ cert_chain }) =>
        cert_chain.map(({ serial_number }) => serial_number),
      );
    },
    output: program.output,
    activeSecretNames: async () => {
      const { configs = [] } = await ask<SecretsDump>(
        '/config_dump?resource=dynamic_active_secrets',
      );
      return configs.map(({ name }) => name);
    },
  };
}
