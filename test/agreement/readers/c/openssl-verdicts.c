/* What `openssl verify -x509_strict` says of a path, at the security level of TLS. */
#include <openssl/err.h>
#include <openssl/x509.h>
#include <openssl/x509_vfy.h>
#include <openssl/x509v3.h>
#include <string.h>

#include "openssl.h"
#include "paths.h"

enum { SECURITY_LEVEL = 2 };

/* As TLS takes one: to its last octet. */
static X509 *certificate_from(struct octets der)
{
    const unsigned char *at = der.data;
    X509 *certificate = d2i_X509(NULL, &at, (long)der.length);
    if (certificate != NULL && at == der.data + der.length) return certificate;
    X509_free(certificate);
    return NULL;
}

static int purpose_of(const char *name)
{
    if (strcmp(name, "server") == 0) return X509_PURPOSE_SSL_SERVER;
    if (strcmp(name, "client") == 0) return X509_PURPOSE_SSL_CLIENT;
    return strcmp(name, "ocsp") == 0 ? X509_PURPOSE_OCSP_HELPER : X509_PURPOSE_ANY;
}

static void set_terms(X509_VERIFY_PARAM *terms, const struct path *path)
{
    X509_VERIFY_PARAM_set_flags(terms, X509_V_FLAG_X509_STRICT);
    X509_VERIFY_PARAM_set_auth_level(terms, SECURITY_LEVEL);
    X509_VERIFY_PARAM_set_time(terms, path->seconds);
    X509_VERIFY_PARAM_set_purpose(terms, purpose_of(path->purpose));
    if (path->host != NULL && X509_VERIFY_PARAM_set1_ip_asc(terms, path->host) != 1)
        X509_VERIFY_PARAM_set1_host(terms, path->host, 0);
}

static const char *verdict_on(const struct path *path, X509 *root, X509 *leaf, STACK_OF(X509) *between)
{
    X509_STORE *store = X509_STORE_new();
    X509_STORE_CTX *context = X509_STORE_CTX_new();
    X509_STORE_add_cert(store, root);
    X509_STORE_CTX_init(context, store, leaf, between);
    set_terms(X509_STORE_CTX_get0_param(context), path);
    int is_valid = X509_verify_cert(context) == 1;
    int error = X509_STORE_CTX_get_error(context);
    X509_STORE_CTX_free(context);
    X509_STORE_free(store);
    return is_valid ? NULL : X509_verify_cert_error_string(error);
}

static const char *verdict(const struct path *path)
{
    const char *said = NULL;
    STACK_OF(X509) *certificates = sk_X509_new_null();
    for (int at = 0; said == NULL && at < path->count; at++) {
        X509 *certificate = certificate_from(path->certificates[at]);
        if (certificate == NULL) said = "not a certificate";
        else sk_X509_push(certificates, certificate);
    }
    if (said == NULL) {
        X509 *root = sk_X509_shift(certificates), *leaf = sk_X509_shift(certificates);
        said = verdict_on(path, root, leaf, certificates);
        X509_free(root);
        X509_free(leaf);
    }
    sk_X509_pop_free(certificates, X509_free);
    return said;
}

int print_verdicts(void)
{
    for (char *line = next_line(); line != NULL; line = next_line()) {
        struct path path = read_path(line);
        const char *said = verdict(&path);
        begin_object();
        if (said != NULL) put_string("error", said);
        end_object();
        free_path(&path);
        ERR_clear_error();
    }
    return 0;
}
