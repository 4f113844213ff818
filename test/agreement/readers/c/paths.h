/*
 * A path that is to be verified, as a line: the seconds at which, "server", "client", "ocsp" or "any", the
 * host or nothing, the trusted root, the leaf and those between them, with tabs in between. Certificates
 * are Base64.
 */
#ifndef PATHS_H
#define PATHS_H

#include "lines.h"

enum { MAX_PATH = 16 };

struct path {
    long seconds;
    const char *purpose;
    /* NULL where no host is asked about. */
    const char *host;
    /* The root first, then the leaf. */
    struct octets certificates[MAX_PATH];
    int count;
};

/* Takes a line apart, which is changed by it and lives as long as the path. */
struct path read_path(char *line);
void free_path(struct path *path);

#endif
