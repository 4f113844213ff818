/*
 * OpenSSL's own parser and verifier, for many certificates in one process.
 *
 *   openssl-reader facts     base64 of a certificate a line   -> what it says
 *   openssl-reader verify    a case a line (see verdicts.ts)  -> whether it is accepted
 *   openssl-reader accepts   framed octets (see mutations.ts) -> whether they can be read
 */
#include "openssl.h"

#include <stdio.h>
#include <string.h>

int main(int count, char **arguments)
{
    const char *command = count > 1 ? arguments[1] : "";
    if (strcmp(command, "facts") == 0) return print_facts();
    fprintf(stderr, "usage: openssl-reader facts\n");
    return 2;
}
