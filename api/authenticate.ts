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
    const shown = authorization === undefined ? await shownBy(deps, req) : {};
    if (shown.holder) admitHolder(shown.holder, req, res);
    else admitAdministrator(authorization, { expected, certificateFault: shown.fault }, res);
    next();
  };
}

/** The certificate that has authenticated this request, if one has. */
export function holderIn(res: Response): Certificate | undefined {
  return res.locals[HOLDER] as Certificate | undefined;
}

function admitAdministrator(
  header: string | undefined,
  { expected, certificateFault }: { expected: Buffer; certificateFault: string | undefined },
  res: Response,
): void {
  const [, token] = BEARER.exec(header ?? '') ?? [];
  if (token === undefined) {
    const fault = certificateFault && `, and the client’s certificate ${certificateFault}`;
    const detail = `the administrator’s token is required ("Authorization: Bearer …")${fault ?? ''}`;
    throw new PkiError('unauthenticated', detail);
  }
  // Equal lengths and constant time, so that the answer's delay tells nothing of the token.
  if (!timingSafeEqual(digestOf(token), expected)) {
    throw new PkiError('unauthenticated', 'this is not the administrator’s token');
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

/** Who has authenticated a handshake, or why nobody has who counts here; neither where no certificate was shown. */
interface Shown {
  readonly holder?: Certificate;
  readonly fault?: string;
}

/**
 * The leaf that the client has proven to hold in its handshake, or in the one that a resumed session goes
 * back to. It is known by all of its octets: whoever else has signed something with its name and serial
 * number is a stranger. Its purposes do not matter, since a server renews itself too.
 */
async function shownBy(
  { findCertificates, now }: AuthenticationDeps,
  { socket }: Request,
): Promise<Shown> {
  const shown = socket instanceof TLSSocket ? socket.getPeerX509Certificate() : undefined;
  if (!shown) return {};
  const serialNumber = parseSerialNumber(shown.serialNumber);
  const found = serialNumber === undefined ? [] : await findCertificates(serialNumber);
  const known = found.find(({ der }) => Buffer.compare(der, shown.raw) === 0);
  if (!known || shown.ca) return { fault: 'is no leaf that was issued here' };
  const instant = now();
  if (hasEnded(known, instant)) return { fault: `ended at ${known.notAfter.toISOString()}` };
  if (instant < known.notBefore) return { fault: `begins at ${known.notBefore.toISOString()}` };
  return { holder: known };
}

function digestOf(token: string): Buffer {
  return hash('sha256', token, 'buffer');
}
