import { createHash } from 'node:crypto';
import { lstat } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import type { DestinationFiles, DestinationWrite } from '../../src/rotation/destination.ts';
import { readSmallFile } from './small-file.ts';

/** The file by which this service knows its own revisions again. */
export const MARKER_NAME = 'certwright.json';

const Marker = z.object({
  target: z.string(),
  /** The Certwright whose target that is. */
  instance: z.string().optional(),
  revision: z.int().positive(),
  serialNumber: z.string(),
  notAfter: z.string(),
  /** SHA-256 of each file in hexadecimal, as `sha256sum` prints it; of a key it tells nothing. */
  contentHash: z.record(z.string(), z.string()),
});

/** What a marker says of the folder that it lies in. */
export type Marker = z.infer<typeof Marker>;

/** The marker's text for one write. */
export function markerText(revision: number, write: DestinationWrite, instance: string): string {
  const marker: Marker = {
    target: write.targetName,
    instance,
    revision,
    serialNumber: write.serialNumber,
    notAfter: write.notAfter.toISOString(),
    contentHash: hashesOf(write.files),
  };
  return `${JSON.stringify(marker, undefined, 2)}\n`;
}

/** The marker in `folder`, or `undefined` where there is none that we could have written. */
export async function findMarker(folder: string): Promise<Marker | undefined> {
  const stats = await lstat(folder).catch(() => undefined);
  if (!stats?.isDirectory()) return undefined;
  const file = await readSmallFile(join(folder, MARKER_NAME));
  try {
    return Marker.safeParse(JSON.parse(file?.text ?? '')).data;
  } catch {
    return undefined;
  }
}

/** The hash of every file that is there, by its name. */
export function hashesOf(files: Partial<DestinationFiles>): Record<string, string> {
  const hashes = Object.entries(files).map(([name, text]) => [name, sha256(text)]);
  return Object.fromEntries(hashes) as Record<string, string>;
}

/** Lower-case hexadecimal. */
export function sha256(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
