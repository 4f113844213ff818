#ifndef OPENSSL_READER_H
#define OPENSSL_READER_H

/* Each reads standard input to its end, and returns the exit status. */
int print_facts(void);

#endif
