import type { PkiErrorCode } from '../src/errors.ts';

interface ProblemKind {
  readonly status: number;
  readonly title: string;
  /** For a person who follows `type`: what it means and what to do. */
  readonly explanation: string;
}

/** Where refusals become HTTP. A new code does not compile until it has its line here. */
export const problemKinds = {
  'ambiguous-serial-number': {
    status: 409,
    title: 'Several certificates have this serial number',
    explanation:
      'A serial number is unique for each issuer only, and imported authorities bring their own. Say whose is meant: ?authority=<name>.',
  },
  'authority-cannot-issue': {
    status: 409,
    title: 'The authority cannot issue now',
    explanation:
      'The authority or one above it has expired or is not valid yet, its private key is not here, or its path length is used up; or it awaits its certificate. Name another authority.',
  },
  'authority-certified': {
    status: 409,
    title: 'The authority has its certificate already',
    explanation:
      'Only an authority that was created with "parent": null awaits a certificate, and it gets one once. For another key or name, create another authority.',
  },
  'authority-unknown': {
    status: 404,
    title: 'No such authority',
    explanation: 'No authority has this name. GET /v1/authorities lists those that exist.',
  },
  'body-too-large': {
    status: 413,
    title: 'The body is too large',
    explanation:
      'A body has at most 1 MiB, that of a batch 4 MiB, and a line of an NDJSON batch 128 KiB.',
  },
  'certificate-request-invalid': {
    status: 422,
    title: 'The certification request cannot be used',
    explanation:
      'The CSR is no PKCS #10 request in PEM, its signature does not verify, or its key is too weak or of an unsupported kind.',
  },
  'certificate-unknown': {
    status: 404,
    title: 'No such certificate',
    explanation:
      'No certificate with this serial number was issued or imported here, or the authority awaits its own.',
  },
  'chain-invalid': {
    status: 422,
    title: 'The certificates make no certification path',
    explanation:
      'The certificates and the key do not fit together: every certificate lies on the path up from the leaf, or from the authority that comes in, each signed by the next, and the key is that of the first. The members errors name what is wrong.',
  },
  forbidden: {
    status: 403,
    title: 'This is not for whoever asks',
    explanation:
      'A certificate may renew and re-key itself, and nothing else. Everything else takes the administrator’s token.',
  },
  'idempotency-key-in-use': {
    status: 409,
    title: 'A request with this Idempotency-Key is being worked on',
    explanation:
      'The request that came first with this key has no answer yet, and this one was not begun. Send the same request again a little later: it is answered as the first one was.',
  },
  'idempotency-key-reused': {
    status: 422,
    title: 'The Idempotency-Key belongs to another request',
    explanation:
      'Another request, with another body or path, was granted with this key within the last 24 hours. Nothing was done for this one. A new request needs a new key, such as a UUID.',
  },
  'media-type-unsupported': {
    status: 415,
    title: 'The media type is not supported',
    explanation:
      'Bodies are application/json in UTF-8, or application/x-ndjson for a batch, without content encoding.',
  },
  'method-not-allowed': {
    status: 405,
    title: 'The method is not allowed here',
    explanation: 'The header Allow names the methods of this path.',
  },
  'name-taken': {
    status: 409,
    title: 'The name or destination is taken',
    explanation: 'Another authority or target has this name, or another target this destination.',
  },
  overloaded: {
    status: 503,
    title: 'The service has more to do than it can',
    explanation:
      'Too many requests are being worked on or wait. Nothing was done for this one; the header Retry-After says when to try again.',
  },
  'private-key-locked': {
    status: 422,
    title: 'The private key cannot be opened',
    explanation:
      'The password is wrong, missing, or given for a key that has none; or the file is damaged, or protected in a way that is not read here. openssl pkcs8 and openssl pkcs12 write it anew.',
  },
  'private-key-not-stored': {
    status: 409,
    title: 'The private key is not stored',
    explanation:
      'A PFX needs the private key, which is kept only for certificates issued with "storePrivateKey": true. POST /v1/pfx takes a key from elsewhere.',
  },
  'renewed-too-often': {
    status: 429,
    title: 'The certificate renews itself too often',
    explanation:
      'Certificates of one authority, profile, subject and list of names may renew and re-key themselves 1,000 times at once, and once a second from then on, all of them together; attempts that fail count too. The administrator’s token has no such limit.',
  },
  'request-malformed': {
    status: 400,
    title: 'The request is not of the documented form',
    explanation: 'The members errors name every part at fault; /docs shows the form.',
  },
  'request-refused': {
    status: 422,
    title: 'The request breaks the terms of its profile or authority',
    explanation:
      'The request is well formed, but its profile, its authority or an authority above does not permit what it asks for. The members errors name every rule broken.',
  },
  'revision-unavailable': {
    status: 409,
    title: 'There is no revision to go back to',
    explanation:
      'No certificate was there before the present one, its key is not kept any more, it has expired, or the target’s declaration asks for another one now. GET /v1/rotation/targets/{name}/history shows what was there.',
  },
  'route-unknown': {
    status: 404,
    title: 'No such route',
    explanation: 'Nothing answers at this path; /docs lists those that exist.',
  },
  'target-declared-in-cluster': {
    status: 409,
    title: 'The target is declared in the cluster',
    explanation:
      'Its annotations on a Gateway or an Ingress say what it is; change those, and it follows. GET /v1/rotation/targets/{name} names the object in declaredBy.',
  },
  'target-declared-in-file': {
    status: 409,
    title: 'The target is declared in the settings file',
    explanation: 'Change the target in the settings file and restart the service.',
  },
  'target-unavailable': {
    status: 503,
    title: 'A system that this service depends on is unavailable',
    explanation: 'Kubernetes or the destination did not answer, or refused. Try again later.',
  },
  'target-unknown': {
    status: 404,
    title: 'No such target',
    explanation:
      'No rotation target has this name. GET /v1/rotation/targets lists those that exist.',
  },
  unauthenticated: {
    status: 401,
    title: 'Authentication is required',
    explanation:
      'Send the administrator’s token: Authorization: Bearer <token>. To renew or re-key a certificate, the certificate itself will do as TLS client certificate, while it is valid.',
  },
} as const satisfies Record<PkiErrorCode, ProblemKind>;
