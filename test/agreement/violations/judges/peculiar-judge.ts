import 'reflect-metadata';
import { X509Certificate } from '@peculiar/x509';
import type { PathCase } from '../path-case.ts';
import { between, type Judge } from './judge.ts';

/** It verifies one certificate by one key, and knows of no paths: each is held against the next. */
export const peculiarJudge: Judge = {
  name: '@peculiar/x509',
  judge: (cases, date) => Promise.all(cases.map((one) => verdictOn(one, date))),
};

async function verdictOn(one: PathCase, date: Date): Promise<string> {
  const [leaf = Buffer.alloc(0)] = one.path;
  try {
    const path = [leaf, ...between(one), one.trusted].map(
      (der) => new X509Certificate(Uint8Array.from(der)),
    );
    for (const [index, certificate] of path.slice(0, -1).entries()) {
      const publicKey = path[index + 1]?.publicKey;
      if (publicKey && !(await certificate.verify({ publicKey, date })))
        return `certificate ${index + 1}`;
    }
    return '';
  } catch (error) {
    return error instanceof Error ? error.message || error.name : String(error);
  }
}
