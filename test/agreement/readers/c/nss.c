/*
 * NSS's own parser and verifier, for many inputs in one command.
 *
 *   nss-reader facts     base64 of a certificate a line  -> what it says
 *   nss-reader verify    a path a line (see paths.h)     -> what is wrong with it
 */
#include "nss-reader.h"

#include <stdio.h>
#include <string.h>

int main(int count, char **arguments)
{
    const char *command = count > 1 ? arguments[1] : "";
    if (strcmp(command, "facts") == 0) return print_facts();
    if (strcmp(command, "verify") == 0) return print_verdicts();
    fprintf(stderr, "usage: nss-reader facts | verify\n");
    return 2;
}
