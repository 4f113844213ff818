/*
 * OpenSSL's own parser and verifier, for many inputs in one process.
 *
 *   openssl-reader facts                base64 of a certificate a line -> what it says
 *   openssl-reader pfx                  a PFX a line (see openssl-pfx.c)  -> what it holds
 *   openssl-reader verify               a path a line (see paths.h)       -> what is wrong with it
 *   openssl-reader reads certificate    framed octets -> what is wrong with them, or nothing
 *   openssl-reader reads request
 *   openssl-reader reads pfx <password>
 */
#include "openssl.h"

#include <stdio.h>
#include <string.h>

int main(int count, char **arguments)
{
    const char *command = count > 1 ? arguments[1] : "";
    if (strcmp(command, "facts") == 0) return print_facts();
    if (strcmp(command, "pfx") == 0) return print_pfx_facts();
    if (strcmp(command, "verify") == 0) return print_verdicts();
    if (strcmp(command, "reads") == 0 && count > 2) return print_faults(arguments[2], arguments[3]);
    fprintf(stderr, "usage: openssl-reader facts | pfx | verify | reads certificate | reads request | reads pfx <password>\n");
    return 2;
}
