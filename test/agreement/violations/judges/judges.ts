import { certtoolJudge } from './certtool-judge.ts';
import type { Judge } from './judge.ts';
import { nativeJudges } from './native-judges.ts';
import { nodeTlsJudge } from './node-tls-judge.ts';
import { ourJudges } from './our-judges.ts';
import { peculiarJudge } from './peculiar-judge.ts';

export const judges: readonly Judge[] = [
  ...nativeJudges,
  certtoolJudge,
  nodeTlsJudge,
  peculiarJudge,
  ...ourJudges,
];
