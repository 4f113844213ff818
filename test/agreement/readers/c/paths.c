#include "paths.h"

#include <stdlib.h>
#include <string.h>

struct path read_path(char *line)
{
    struct path path = {0};
    path.seconds = atol(strsep(&line, "\t"));
    path.purpose = strsep(&line, "\t");
    path.host = strsep(&line, "\t");
    if (*path.host == '\0') path.host = NULL;
    for (char *text; path.count < MAX_PATH && (text = strsep(&line, "\t")) != NULL;)
        path.certificates[path.count++] = decode_base64(text);
    return path;
}

void free_path(struct path *path)
{
    for (int at = 0; at < path->count; at++) free(path->certificates[at].data);
}
