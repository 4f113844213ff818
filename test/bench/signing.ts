import { underLoad, withServers } from './authority-server.ts';
import type { Bench } from './bench.ts';
import { certwright } from './certwright.ts';
import { cfssl } from './cfssl.ts';
import { compare, type Result } from './comparison.ts';
import { type Line, p99Line, ratioLine } from './line.ts';
import { stepCa } from './step-ca.ts';

const CONNECTIONS = 16;
/** How often as fast as each peer; a peer without a goal is there to be looked at. */
const SIGN_GOALS = { cfssl: 1, 'step-ca': 3 };
const NEW_KEY_GOALS = { cfssl: 1.3 };
const P99_GOAL_MS = 25;

/** One certificate a request, in plain HTTP, as cfssl speaks it by itself. */
export function signingInPlainHttp({ requests, schedule, newFolder }: Bench): Promise<Line[]> {
  return withServers(async (begin) => {
    const ours = await begin(certwright(newFolder('plain'), requests, { tls: 'off' }));
    const options = { tls: 'off', records: false } as const;
    const peer = await begin(cfssl(newFolder('cfssl'), requests, options));
    const recording = { ...options, records: true };
    const recorder = await begin(cfssl(newFolder('cfssl-sqlite'), requests, recording));
    const measured = (kind: 'sign' | 'newKey') =>
      compare(
        {
          certwright: underLoad(ours[kind], CONNECTIONS),
          cfssl: underLoad(peer[kind], CONNECTIONS),
          'cfssl, SQLite': underLoad(recorder[kind], CONNECTIONS),
        },
        schedule,
      );
    const sign = await measured('sign');
    const newKey = await measured('newKey');
    return [
      ...linesOf('sign a CSR', sign, SIGN_GOALS),
      p99Line('sign a CSR', sign.certwright, P99_GOAL_MS),
      ...linesOf('new key', newKey, NEW_KEY_GOALS),
    ];
  });
}

/** One certificate a request, over TLS; step-ca speaks nothing else. */
export function signingOverTls({ requests, schedule, newFolder }: Bench): Promise<Line[]> {
  return withServers(async (begin) => {
    const ours = await begin(certwright(newFolder('tls'), requests, { tls: 'on' }));
    const options = { tls: 'on', records: false } as const;
    const peer = await begin(cfssl(newFolder('cfssl-tls'), requests, options));
    const stepping = await begin(stepCa(newFolder('step-ca'), requests));
    const sign = await compare(
      {
        certwright: underLoad(ours.sign, CONNECTIONS),
        cfssl: underLoad(peer.sign, CONNECTIONS),
        'step-ca': underLoad(stepping.sign, CONNECTIONS),
      },
      schedule,
    );
    const newKey = await compare(
      {
        certwright: underLoad(ours.newKey, CONNECTIONS),
        cfssl: underLoad(peer.newKey, CONNECTIONS),
      },
      schedule,
    );
    return [
      ...linesOf('sign a CSR, TLS', sign, SIGN_GOALS),
      p99Line('sign a CSR, TLS', sign.certwright, P99_GOAL_MS),
      ...linesOf('new key, TLS', newKey, NEW_KEY_GOALS),
    ];
  });
}

function linesOf(
  work: string,
  {
    certwright: ours,
    ...peers
  }: { readonly certwright: Result } & Readonly<Record<string, Result>>,
  goals: Readonly<Record<string, number>>,
): Line[] {
  return Object.values(peers).map((peer) => ratioLine(work, ours, peer, goals[peer.name]));
}
