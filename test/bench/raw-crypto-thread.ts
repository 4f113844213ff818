import { generateKeyPairSync, randomBytes, sign, verify } from 'node:crypto';
import { parentPort, workerData } from 'node:worker_threads';

/** About as many octets as a small CSR and a small certificate have signed. */
const REQUEST_OCTETS = 220;
const CERTIFICATE_OCTETS = 420;
/** More keys than a processor keeps at hand. */
const SUBSCRIBERS = 256;

const { privateKey: authorityKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
const certificate = randomBytes(CERTIFICATE_OCTETS);
const subscribers = Array.from({ length: SUBSCRIBERS }, () => {
  const { publicKey, privateKey } = generateKeyPairSync('ec', { namedCurve: 'prime256v1' });
  const request = randomBytes(REQUEST_OCTETS);
  return { publicKey, request, signature: sign('sha256', request, privateKey) };
});

const { seconds } = workerData as { readonly seconds: number };
const start = performance.now();
let pairs = 0;
while (performance.now() - start < seconds * 1000) {
  for (const { publicKey, request, signature } of subscribers) {
    if (!verify('sha256', request, publicKey, signature)) throw new Error('does not verify');
    sign('sha256', certificate, authorityKey);
    pairs += 1;
  }
}
parentPort?.postMessage(pairs / ((performance.now() - start) / 1000));
