import { z } from 'zod';
import { Line } from './names.ts';

const encryption = z.enum(['modern', 'compat']).default('modern');

/** Body of `POST /v1/certificates/{serialNumber}/pfx`. */
export const CertificatePfxBody = z.strictObject({
  password: z.string().exactOptional(),
  encryption,
  friendlyName: Line.max(128).exactOptional(),
});

/** Body of `POST /v1/pfx`. */
export const PfxBody = z.strictObject({
  privateKey: z.string().min(1).max(32_768),
  certificates: z.string().min(1).max(524_288),
  password: z.string().exactOptional(),
  encryption,
});
