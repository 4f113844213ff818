import assert from 'node:assert/strict';
import { X509Certificate } from 'node:crypto';
import type { ApiClient, Reply } from '../support/api-client.ts';

/** A certificate as the API answers it. */
export interface CertificateJson {
  readonly serialNumber: string;
  readonly serialNumberDecimal: string;
  readonly authority: string;
  readonly profile: string;
  readonly subject: Readonly<Record<string, string>>;
  readonly dnsNames: readonly string[];
  readonly ipAddresses: readonly string[];
  readonly emailAddresses: readonly string[];
  readonly uris: readonly string[];
  readonly notBefore: string;
  readonly notAfter: string;
  readonly fingerprintSha256: string;
  readonly status: string;
  readonly warnings: readonly { readonly code: string; readonly detail: string }[];
  readonly certificate: string;
  readonly chain: string;
  readonly privateKey?: string;
}

/** Problem details as the API answers them. */
export interface ProblemJson {
  readonly code: string;
  readonly detail: string;
  readonly errors?: readonly {
    readonly pointer?: string;
    readonly parameter?: string;
    readonly detail: string;
  }[];
}

/** Issues a certificate, which must succeed. */
export async function issue(
  api: ApiClient,
  request: Readonly<Record<string, unknown>>,
): Promise<CertificateJson> {
  const body = { authority: 'issuing', profile: 'server', ...request };
  const reply = await api.post('/v1/certificates', body);
  assert.equal(reply.status, 201, reply.text);
  return reply.json<CertificateJson>();
}

/** Asserts that `reply` is a problem of this status and code, and returns it. */
export function problemIn(reply: Reply, status: number, code: string): ProblemJson {
  assert.equal(reply.status, status, reply.text);
  const problem = reply.json<ProblemJson>();
  assert.equal(problem.code, code, reply.text);
  return problem;
}

/** As {@link problemIn}, with the places that the problem names. */
export function placesIn(reply: Reply, status: number, code: string): readonly string[] {
  const { errors = [] } = problemIn(reply, status, code);
  return errors.map(({ pointer, parameter }) => pointer ?? parameter ?? '');
}

/** The certificates of a PEM text, in its order. */
export function certificatesIn(pem: string): readonly X509Certificate[] {
  const blocks = pem.match(/-----BEGIN CERTIFICATE-----[^-]+-----END CERTIFICATE-----\n/g) ?? [];
  assert.equal(blocks.join(''), pem, 'there is something else in the text');
  return blocks.map((block) => new X509Certificate(block));
}

/** The name under which a download is to be saved (RFC 6266). */
export function fileNameIn({ headers }: Reply): string | undefined {
  return /^attachment; filename="?([^"]+)"?$/.exec(headers['content-disposition'] ?? '')?.[1];
}
