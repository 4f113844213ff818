import type { Response } from 'express';

/** RFC 8555 §9.1 for certificates in PEM; RFC 2585 §4.1 for one in DER. */
export const PEM_TYPE = 'application/pem-certificate-chain';
export const DER_TYPE = 'application/pkix-cert';
/** Degenerate PKCS #7, as browsers and Windows know it. */
export const P7B_TYPE = 'application/x-pkcs7-certificates';
export const PFX_TYPE = 'application/x-pkcs12';

/** A file to be saved (RFC 6266); its name is safe on every file system. */
export interface Download {
  readonly fileName: string;
  readonly mediaType: string;
  readonly content: string | Uint8Array;
}

export function sendDownload(res: Response, { fileName, mediaType, content }: Download): void {
  // RFC 6266 §4.1; quoted, which every reader takes. The name holds nothing that needs escaping.
  res.set('Content-Disposition', `attachment; filename="${fileName}"`);
  // `no-store`: what is served here is read by machines, and a PFX must not stay in any cache.
  res.set('Cache-Control', 'no-store').set('Content-Type', mediaType);
  res.send(typeof content === 'string' ? Buffer.from(content, 'latin1') : Buffer.from(content));
}
