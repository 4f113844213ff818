import { request } from 'node:https';
import { adminToken, newKeyBody, rootPem, startCertwright } from './certwright.ts';

/** How long a start on an empty folder takes. */
export interface ColdStart {
  readonly readySeconds: number;
  /** From the start of the process to the first certificate, authorities created on the way. */
  readonly firstCertificateSeconds: number;
}

/** Starts the service where nothing is yet, over TLS as it comes, and asks for a certificate at once. */
export async function measureColdStart(folder: string): Promise<ColdStart> {
  const start = performance.now();
  const { ready, stop } = await startCertwright(folder, 'on');
  try {
    const readySeconds = (performance.now() - start) / 1000;
    await issueOverTls(ready.management, folder);
    return { readySeconds, firstCertificateSeconds: (performance.now() - start) / 1000 };
  } finally {
    await stop();
  }
}

function issueOverTls(management: string, folder: string): Promise<void> {
  return new Promise((resolve, reject) => {
    const outgoing = request(`${management}/v1/certificates`, {
      method: 'POST',
      agent: false,
      ca: rootPem(folder),
      headers: {
        authorization: `Bearer ${adminToken(folder)}`,
        'content-type': 'application/json',
      },
    });
    outgoing.once('error', reject);
    outgoing.once('response', (incoming) => {
      incoming.resume();
      incoming.once('error', reject);
      incoming.once('end', () => {
        if (incoming.statusCode === 201) resolve();
        else reject(new Error(`the first certificate was answered with ${incoming.statusCode}`));
      });
    });
    outgoing.end(newKeyBody());
  });
}
