#ifndef NSS_READER_H
#define NSS_READER_H

/* Each reads standard input to its end, and returns the exit status. */
int print_facts(void);
int print_verdicts(void);

#endif
