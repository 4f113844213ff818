#ifndef OPENSSL_READER_H
#define OPENSSL_READER_H

#include <openssl/types.h>
#include <stddef.h>

/* Each reads standard input to its end, and returns the exit status. */
int print_facts(void);
int print_pfx_facts(void);
int print_verdicts(void);

/* `kind` is "certificate", "request" or "pfx"; `password` opens the last and is NULL for the others. */
int print_faults(const char *kind, const char *password);

/* The algorithm of a key, such as "rsa-2048". */
void describe_key(EVP_PKEY *key, char *text, size_t size);

#endif
