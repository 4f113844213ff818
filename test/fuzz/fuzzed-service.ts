import { call, newHome, ServiceProcess, serverCertificate } from '../process/service-process.ts';
import type { Known } from './http-request.ts';
import type { Endpoint } from './raw-connection.ts';

/** A running service, and what cases for it must know. */
export interface FuzzedService extends Known {
  readonly process: ServiceProcess;
  readonly endpoint: Endpoint;
}

/** Whose names are constrained, so that hostile ones have something to get past. */
const CONSTRAINED = {
  name: 'constrained',
  kind: 'intermediate',
  parent: 'root',
  subject: { commonName: 'Constrained' },
  keyAlgorithm: 'ecdsa-p256',
  validity: '2y',
  nameConstraints: {
    permitted: { dnsNames: ['example.org'], emailDomains: ['example.org'] },
    excluded: {
      dnsNames: ['no.example.org'],
      ipRanges: ['10.0.0.0/8', '::/0'],
      uriDomains: ['.example.org'],
    },
  },
};

/** Starts the service by `npm start`, in a folder of its own. */
export async function startFuzzedService(): Promise<FuzzedService> {
  const home = newHome();
  const process = await new ServiceProcess(home, {}, true).ready();
  await call(process, '/v1/authorities', { body: CONSTRAINED });
  const body = serverCertificate('stored.example.org', { storePrivateKey: true });
  const stored = await call(process, '/v1/certificates', { body });
  const { hostname: host, port } = new URL(process.management);
  return {
    process,
    endpoint: { host, port: Number(port), ca: home.rootPem() },
    token: home.adminToken(),
    stored: stored.json<{ readonly serialNumber: string }>().serialNumber,
  };
}
