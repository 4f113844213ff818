import { hash, timingSafeEqual } from 'node:crypto';
import { TLSSocket } from 'node:tls';
import type { Request, RequestHandler, Response } from 'express';
import type { Certificate } from '../src/certificate.ts';
import { PkiError } from '../src/errors.ts';
import { hasEnded } from '../src/has-ended.ts';
import { parseSerialNumber } from '../src/issuance/serial-number.ts';
import { setActor } from './request-context.ts';

export interface AuthenticationDeps {
  readonly adminToken: string;
  readonly now: () => Date;
  readonly findCertificates: (serialNumber: string) => Promise<readonly Certificate[]>;
}

/** RFC 6750 §2.1: the scheme's name in any case, one space or more, the token. */
const BEARER = /^bearer +([A-Za-z0-9._~+/-]+=*)$/i;
/** What a certificate may do for itself, below `/v1`. */
const OWN_RENEWAL = /^\/certificates\/([^/]+)\/(?:renew|rekey)$/;
const HOLDER = 'holder';

/**
 * Lets through whoever holds the administrator's token; nothing is read of a request before that. A
 * certificate of ours that is the client's in the TLS handshake may renew and re-key itself without one.
 */
export function authenticate(deps: AuthenticationDeps): RequestHandler {
  const expected = digestOf(deps.adminToken);
  return async (req, res, next) => {
    const authorization = req.get('Authorization');
    const holder = authorization === undefined ? await holderOf(deps, req) : undefined;
    if (holder) admitHolder(holder, req, res);
    else admitAdministrator(authorization, expected, res);
    next();
  };
}

/** The certificate that has authenticated this request, if one has. */
export function holderIn(res: Response): Certificate | undefined {
  return res.locals[HOLDER] as Certificate | undefined;
}

function admitAdministrator(header: string | undefined, expected: Buffer, res: Response): void {
  const [, token] = BEARER.exec(header ?? '') ?? [];
  // Equal lengths and constant time, so that the answer's delay tells nothing of the token.
  if (token === undefined || !timingSafeEqual(digestOf(token), expected)) {
    throw new PkiError('unauthenticated', 'the administrator’s token is required');
  }
  setActor(res, 'admin');
}

function admitHolder(holder: Certificate, req: Request, res: Response): void {
  const { authority, serialNumber } = holder;
  setActor(res, `certificate ${serialNumber} of ${authority}`);
  const [, text = ''] = OWN_RENEWAL.exec(req.path) ?? [];
  const isOwn = parseSerialNumber(text) === serialNumber;
  const isOwnIssuer = [undefined, authority].includes(req.query['authority'] as string | undefined);
  if (req.method !== 'POST' || !isOwn || !isOwnIssuer) {
    throw new PkiError('forbidden', 'a certificate may renew and re-key itself, and nothing else');
  }
  res.locals[HOLDER] = holder;
}

/**
 * The leaf that the client has proven to hold in its handshake, or in the one that a resumed session goes
 * back to. It is known by all of its octets: whoever else has signed something with its name and serial
 * number is a stranger. Its purposes do not matter, since a server renews itself too.
 */
async function holderOf(
  { findCertificates, now }: AuthenticationDeps,
  { socket }: Request,
): Promise<Certificate | undefined> {
  const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  const serialNumber = shown && parseSerialNumber(shown.serialNumber);
  if (!shown || serialNumber === undefined) return undefined;
  const found = await findCertificates(serialNumber);
  const known = found.find(({ der }) => Buffer.compare(der, shown.raw) === 0);
  const instant = now();
  const isValid = known && instant >= known.notBefore && !hasEnded(known, instant);
  return isValid && !shown.ca ? known : undefined;
}

function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
