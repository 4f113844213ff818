import { decodePem } from '../x509/pem.ts';
import { type CrlHead, readCrlHead } from '../x509/read-crl.ts';
import { serialNumbersInOcspResponse } from '../x509/read-ocsp-response.ts';
import type { PlaceCandidate } from './delivery-candidate.ts';
import { areSamePem, certificatesIn, readable } from './read-entries.ts';
import { CONSUMERS, type Consumer, type Rule } from './rule.ts';

const ISTIO: readonly Consumer[] = ['istio'];
const ENVOYS: readonly Consumer[] = ['envoy', 'istio'];
const SECRETS =
  'istio pilot/pkg/credentials/kube/secrets.go (ExtractCertInfo, ExtractRoot, GetCaCert)';

/**
 * What lies beside the files that are written. istiod tells nobody that it reads something else, so that a rotation would
 * go well for ever and serve nothing.
 */
export const placeRules: readonly Rule<PlaceCandidate>[] = [
  {
    id: 'destination-ours',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'certificate',
    requirement: 'The destination is kept by nobody else.',
    source: 'docs/decisions/0007',
    faultOf: ({ owner }) => (owner === undefined ? undefined : `belongs to ${owner}`),
  },
  {
    id: 'destination-writable',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'certificate',
    requirement:
      'The destination can be written: a Secret is not immutable and of the type that is asked for.',
    source: 'kubernetes core/v1 types.go (Secret.immutable, Secret.type)',
    faultOf: ({ obstacle }) => obstacle,
  },
  {
    id: 'istio-generic-pair',
    severity: 'error',
    consumers: ISTIO,
    part: 'certificate',
    requirement:
      'No entries `cert` and `key` lie beside `tls.crt` and `tls.key`: istiod reads those first.',
    source: SECRETS,
    faultOf: ({ beside }) =>
      isFilled(beside['cert']) && isFilled(beside['key'])
        ? 'holds "cert" and "key", which Istio reads instead of "tls.crt" and "tls.key": remove them'
        : undefined,
  },
  {
    id: 'istio-generic-ca',
    severity: 'error',
    consumers: ISTIO,
    part: 'certificate',
    requirement: 'No entry `cacert` lies beside `ca.crt`: istiod reads that first.',
    source: SECRETS,
    faultOf: ({ beside, clientAuthorities }) =>
      clientAuthorities !== undefined && isFilled(beside['cacert'])
        ? 'holds "cacert", which Istio reads instead of "ca.crt": remove it'
        : undefined,
  },
  {
    id: 'istio-stale-cacert',
    severity: 'error',
    consumers: ISTIO,
    part: 'certificate',
    requirement:
      'A Secret `<name>-cacert` holds the same client authorities as `ca.crt`, or there is none: istiod reads it first, even where it cannot be read.',
    source: SECRETS,
    faultOf: ({ separateCa, clientAuthorities }) =>
      separateCa &&
      clientAuthorities !== undefined &&
      !areSamePem(separateCa.pem, clientAuthorities)
        ? `Secret "${separateCa.name}" holds other client authorities, which Istio reads instead of "ca.crt": remove it, or let the target write it ("clientCaSecret": "separate")`
        : undefined,
  },
  {
    id: 'envoy-foreign-staple',
    severity: 'error',
    consumers: ENVOYS,
    part: 'certificate',
    requirement:
      'An OCSP response beside a certificate (`tls.ocsp-staple`) is about that certificate.',
    source: 'envoy source/common/tls/server_context_impl.cc; RFC 6960 §4.2.1',
    prevents: both('OCSP response does not match its TLS certificate'),
    faultOf: ({ beside, serialNumber }) => {
      const staple = beside['tls.ocsp-staple'];
      if (!isFilled(staple)) return undefined;
      const about = stapledTo(staple);
      if (serialNumber !== undefined && about?.includes(serialNumber)) return undefined;
      return 'holds a "tls.ocsp-staple" of another certificate, with which Envoy refuses the new one: remove it';
    },
  },
  {
    id: 'envoy-crls-complete',
    severity: 'error',
    consumers: ENVOYS,
    part: 'certificate',
    requirement:
      'CRLs beside client authorities (`ca.crl`) are there for each of them, and none has ended: otherwise every client is refused.',
    source:
      'envoy api/envoy/extensions/transport_sockets/tls/v3/common.proto (CertificateValidationContext.crl)',
    prevents: both('unable to get certificate CRL'),
    faultOf: crlFault,
  },
  {
    id: 'destination-clock',
    severity: 'error',
    consumers: CONSUMERS,
    part: 'validity',
    requirement:
      'The certificate has begun by the clock of the API server, which stands for the clocks of its clients. Where what is there cannot be used, it need not.',
    source: 'RFC 5280 §6.1.3 (a)(2); docs/decisions/0026',
    prevents: {
      openssl: 'certificate is not yet valid',
      go: 'x509: certificate has expired or is not yet valid',
    },
    faultOf: ({ begins, latestThere, at }) => {
      if (!begins || !latestThere || begins <= latestThere) return undefined;
      const ahead = Math.round((at.getTime() - latestThere.getTime()) / 60_000);
      return `has not begun by the clock of the API server, of which this service’s is ${ahead} min ahead: set the one that is wrong`;
    },
  },
];

/** When the first of the CRLs beside client authorities ends, after which another judgement is due. */
export function firstCrlEnd(beside: PlaceCandidate['beside']): Date | undefined {
  const text = crlTextIn(beside);
  const ends = (isFilled(text) ? (crlsIn(text) ?? []) : []).flatMap(
    ({ nextUpdate }) => nextUpdate ?? [],
  );
  return ends.toSorted((one, other) => one.getTime() - other.getTime())[0];
}

function crlTextIn(beside: PlaceCandidate['beside']): Uint8Array | undefined {
  return beside['ca.crl'] ?? beside['crl'];
}

function crlFault({ beside, clientAuthorities, at }: PlaceCandidate): string | undefined {
  const text = crlTextIn(beside);
  if (clientAuthorities === undefined || !isFilled(text)) return undefined;
  const crls = crlsIn(text);
  if (!crls)
    return 'holds a "ca.crl" that cannot be read, with which Envoy refuses every client: remove it';
  const ended = crls.find(({ nextUpdate }) => nextUpdate !== undefined && nextUpdate < at);
  if (ended) {
    return `holds a "ca.crl" that ended at ${ended.nextUpdate?.toISOString()}, with which Envoy refuses every client`;
  }
  const authorities = readable(() => certificatesIn(clientAuthorities));
  if (!authorities) return undefined;
  const missing = authorities.find(
    ({ subjectName }) =>
      !crls.some(({ issuerName }) => Buffer.compare(issuerName, subjectName) === 0),
  );
  return missing
    ? `holds a "ca.crl" without a CRL of client authority "${missing.subject.known.commonName ?? missing.serialNumber}", whose clients Envoy then refuses`
    : undefined;
}

function isFilled(entry: Uint8Array | undefined): entry is Uint8Array {
  return entry !== undefined && entry.length > 0;
}

function stapledTo(der: Uint8Array): readonly string[] | undefined {
  return readable(() => serialNumbersInOcspResponse(der));
}

function crlsIn(text: Uint8Array): readonly CrlHead[] | undefined {
  return readable(() =>
    decodePem(Buffer.from(text).toString('utf8'))
      .filter(({ label }) => label === 'X509 CRL')
      .map(({ der }) => readCrlHead(der)),
  );
}

function both(text: string): Readonly<Partial<Record<Consumer, string>>> {
  return { envoy: text, istio: text };
}
