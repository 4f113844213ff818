#ifndef OPENSSL_READER_H
#define OPENSSL_READER_H

/* Each reads standard input to its end, and returns the exit status. */
int print_facts(void);

/* `kind` is "certificate", "request" or "pfx"; `password` opens the last and is NULL for the others. */
int print_faults(const char *kind, const char *password);

#endif
