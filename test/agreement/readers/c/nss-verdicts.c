/* What NSS's verifier of paths says, of whom `vfychain -pp` is the command. */
#include <cert.h>
#include <nss.h>
#include <prerror.h>
#include <secerr.h>
#include <stdio.h>
#include <string.h>
#include <sys/wait.h>
#include <unistd.h>

#include "nss-reader.h"
#include "paths.h"

enum { MICROSECONDS = 1000000 };

static SECCertificateUsage usage_of(const char *purpose)
{
    if (strcmp(purpose, "server") == 0) return certificateUsageSSLServer;
    if (strcmp(purpose, "client") == 0) return certificateUsageSSLClient;
    return strcmp(purpose, "ocsp") == 0 ? certificateUsageStatusResponder : certificateUsageCheckAllUsages;
}

static int is_valid(const struct path *path, CERTCertificate *root, CERTCertificate *leaf)
{
    CERTValInParam asked[5] = {0};
    CERTValOutParam told[1] = {0};
    CERTRevocationFlags no_revocation = {0};
    CERTCertList *anchors = CERT_NewCertList();
    CERT_AddCertToListTail(anchors, CERT_DupCertificate(root));
    asked[0].type = cert_pi_trustAnchors;
    asked[0].value.pointer.chain = anchors;
    asked[1].type = cert_pi_useOnlyTrustAnchors;
    asked[1].value.scalar.b = PR_TRUE;
    asked[2].type = cert_pi_date;
    asked[2].value.scalar.time = (PRTime)path->seconds * MICROSECONDS;
    asked[3].type = cert_pi_revocationFlags;
    asked[3].value.pointer.revocation = &no_revocation;
    asked[4].type = cert_pi_end;
    told[0].type = cert_po_end;
    if (CERT_PKIXVerifyCert(leaf, usage_of(path->purpose), asked, told, NULL) != SECSuccess) return 0;
    return path->host == NULL || CERT_VerifyCertName(leaf, path->host) == SECSuccess;
}

/* The errors of TLS, of which a wrong host is one, have names in another library only. */
static const char *last_error(void)
{
    const char *name = PORT_ErrorToName(PR_GetError());
    return name == NULL ? "SSL_ERROR_BAD_CERT_DOMAIN" : name;
}

/* The verifier finds those between the leaf and the root among all that are alive. */
static const char *verdict(const struct path *path)
{
    CERTCertificate *certificates[MAX_PATH];
    for (int at = 0; at < path->count; at++) {
        SECItem der = {siDERCertBuffer, path->certificates[at].data, (unsigned int)path->certificates[at].length};
        certificates[at] = CERT_NewTempCertificate(CERT_GetDefaultCertDB(), &der, NULL, PR_FALSE, PR_TRUE);
        if (certificates[at] == NULL) return last_error();
    }
    return is_valid(path, certificates[0], certificates[1]) ? NULL : last_error();
}

/* In a process of its own: what NSS remembers of one path would count for the next. */
static int print_verdict(char *line)
{
    struct path path = read_path(line);
    if (NSS_NoDB_Init(NULL) != SECSuccess) return 1;
    const char *said = verdict(&path);
    begin_object();
    if (said != NULL) put_string("error", said);
    end_object();
    return fflush(stdout);
}

int print_verdicts(void)
{
    for (char *line = next_line(); line != NULL; line = next_line()) {
        int status = 1;
        pid_t child = fork();
        if (child == 0) _exit(print_verdict(line));
        if (waitpid(child, &status, 0) != child || status != 0) return 1;
    }
    return 0;
}
