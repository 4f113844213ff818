/*
 * Where OpenSSL gives up on a certificate, a request or a PFX, in a word.
 *
 * It reads much only when it is asked for, so that everything is asked for here. An input is its length
 * in four octets, big-endian, and its octets; an answer is a line, empty where there is no fault.
 */
#include <arpa/inet.h>
#include <openssl/err.h>
#include <openssl/pkcs12.h>
#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <setjmp.h>
#include <signal.h>
#include <stdint.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/time.h>

#include "openssl.h"

typedef const char *(*find_fault)(const unsigned char *octets, long length);

/* A PFX may ask for two thousand million iterations, and OpenSSL makes them. */
enum { MAX_CPU_MICROSECONDS = 500000 };

static const char *pfx_password;
static sigjmp_buf too_long;
static char extension_fault[128];

static const char *fault_of_name(const X509_NAME *name)
{
    for (int at = 0; at < X509_NAME_entry_count(name); at++) {
        const ASN1_STRING *value = X509_NAME_ENTRY_get_data(X509_NAME_get_entry(name, at));
        int type = ASN1_STRING_type(value);
        unsigned char *text = NULL;
        int length = ASN1_STRING_to_UTF8(&text, value);
        OPENSSL_free(text);
        if (length < 0 && type != V_ASN1_BIT_STRING && type != V_ASN1_SEQUENCE) return "text";
    }
    return "";
}

static const char *fault_of_extensions(const STACK_OF(X509_EXTENSION) *extensions)
{
    for (int at = 0; at < sk_X509_EXTENSION_num(extensions); at++) {
        X509_EXTENSION *extension = sk_X509_EXTENSION_value(extensions, at);
        const X509V3_EXT_METHOD *method = X509V3_EXT_get(extension);
        void *value = method == NULL ? NULL : X509V3_EXT_d2i(extension);
        if (method != NULL && value == NULL) {
            snprintf(extension_fault, sizeof extension_fault, "extension %s", OBJ_nid2ln(method->ext_nid));
            return extension_fault;
        }
        if (value != NULL && method->it != NULL) ASN1_item_free(value, ASN1_ITEM_ptr(method->it));
        else if (value != NULL) method->ext_free(value);
    }
    return "";
}

static const char *fault_of_parsed_certificate(X509 *certificate)
{
    if (!ASN1_TIME_check(X509_get0_notBefore(certificate))) return "time";
    if (!ASN1_TIME_check(X509_get0_notAfter(certificate))) return "time";
    if (*fault_of_name(X509_get_issuer_name(certificate)) != '\0') return "text";
    if (*fault_of_name(X509_get_subject_name(certificate)) != '\0') return "text";
    const char *fault = fault_of_extensions(X509_get0_extensions(certificate));
    if (*fault != '\0') return fault;
    if (X509_get_extension_flags(certificate) & EXFLAG_INVALID) return "extensions";
    if (X509_get0_pubkey(certificate) == NULL) return "key";
    return "";
}

static const char *fault_of_certificate(const unsigned char *octets, long length)
{
    const unsigned char *at = octets;
    X509 *certificate = d2i_X509(NULL, &at, length);
    const char *fault = "syntax";
    if (certificate != NULL)
        fault = at == octets + length ? fault_of_parsed_certificate(certificate) : "trailing octets";
    X509_free(certificate);
    return fault;
}

static const char *fault_of_parsed_request(X509_REQ *request)
{
    if (*fault_of_name(X509_REQ_get_subject_name(request)) != '\0') return "text";
    EVP_PKEY *key = X509_REQ_get0_pubkey(request);
    if (key == NULL) return "key";
    STACK_OF(X509_EXTENSION) *extensions = X509_REQ_get_extensions(request);
    int is_asked = X509_REQ_get_attr_by_NID(request, NID_ext_req, -1) >= 0;
    const char *fault = is_asked && extensions == NULL ? "extension request" : fault_of_extensions(extensions);
    sk_X509_EXTENSION_pop_free(extensions, X509_EXTENSION_free);
    if (*fault != '\0') return fault;
    return X509_REQ_verify(request, key) == 1 ? "" : "signature";
}

static const char *fault_of_request(const unsigned char *octets, long length)
{
    const unsigned char *at = octets;
    X509_REQ *request = d2i_X509_REQ(NULL, &at, length);
    const char *fault = "syntax";
    if (request != NULL) fault = at == octets + length ? fault_of_parsed_request(request) : "trailing octets";
    X509_REQ_free(request);
    return fault;
}

static const char *fault_of_key(const PKCS8_PRIV_KEY_INFO *info)
{
    EVP_PKEY *key = info == NULL ? NULL : EVP_PKCS82PKEY(info);
    EVP_PKEY_free(key);
    return key == NULL ? "key" : "";
}

static const char *fault_of_bag(PKCS12_SAFEBAG *bag)
{
    const char *fault = "";
    if (PKCS12_SAFEBAG_get_nid(bag) == NID_keyBag) return fault_of_key(PKCS12_SAFEBAG_get0_p8inf(bag));
    if (PKCS12_SAFEBAG_get_nid(bag) == NID_pkcs8ShroudedKeyBag) {
        PKCS8_PRIV_KEY_INFO *info = PKCS12_decrypt_skey(bag, pfx_password, -1);
        fault = info == NULL ? "encrypted key" : fault_of_key(info);
        PKCS8_PRIV_KEY_INFO_free(info);
    }
    if (PKCS12_SAFEBAG_get_nid(bag) == NID_certBag) {
        X509 *certificate = PKCS12_SAFEBAG_get1_cert(bag);
        fault = certificate == NULL ? "certificate" : "";
        X509_free(certificate);
    }
    return fault;
}

static const char *fault_of_content(PKCS7 *content)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = NULL;
    if (PKCS7_type_is_data(content)) bags = PKCS12_unpack_p7data(content);
    if (PKCS7_type_is_encrypted(content)) bags = PKCS12_unpack_p7encdata(content, pfx_password, -1);
    const char *fault = bags == NULL ? "bags" : "";
    for (int at = 0; *fault == '\0' && at < sk_PKCS12_SAFEBAG_num(bags); at++)
        fault = fault_of_bag(sk_PKCS12_SAFEBAG_value(bags, at));
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
    return fault;
}

static const char *fault_of_parsed_pfx(PKCS12 *pfx)
{
    if (!PKCS12_verify_mac(pfx, pfx_password, -1)) return "MAC";
    STACK_OF(PKCS7) *contents = PKCS12_unpack_authsafes(pfx);
    const char *fault = contents == NULL ? "contents" : "";
    for (int at = 0; *fault == '\0' && at < sk_PKCS7_num(contents); at++)
        fault = fault_of_content(sk_PKCS7_value(contents, at));
    sk_PKCS7_pop_free(contents, PKCS7_free);
    return fault;
}

static const char *fault_of_pfx(const unsigned char *octets, long length)
{
    const unsigned char *at = octets;
    PKCS12 *pfx = d2i_PKCS12(NULL, &at, length);
    const char *fault = "syntax";
    if (pfx != NULL) fault = at == octets + length ? fault_of_parsed_pfx(pfx) : "trailing octets";
    PKCS12_free(pfx);
    return fault;
}

static find_fault finder_of(const char *kind)
{
    if (strcmp(kind, "certificate") == 0) return fault_of_certificate;
    if (strcmp(kind, "request") == 0) return fault_of_request;
    return strcmp(kind, "pfx") == 0 && pfx_password != NULL ? fault_of_pfx : NULL;
}

static void give_up(int signal_number)
{
    (void)signal_number;
    siglongjmp(too_long, 1);
}

static const char *fault_in_time(find_fault find, const unsigned char *octets, long length)
{
    const struct itimerval limit = {{0, 0}, {0, MAX_CPU_MICROSECONDS}}, none = {{0, 0}, {0, 0}};
    if (sigsetjmp(too_long, 1)) return "too much work";
    setitimer(ITIMER_VIRTUAL, &limit, NULL);
    const char *fault = find(octets, length);
    setitimer(ITIMER_VIRTUAL, &none, NULL);
    return fault;
}

int print_faults(const char *kind, const char *password)
{
    uint32_t frame;
    pfx_password = password;
    find_fault find = finder_of(kind);
    if (find == NULL) return 2;
    signal(SIGVTALRM, give_up);
    while (fread(&frame, sizeof frame, 1, stdin) == 1) {
        size_t length = ntohl(frame);
        unsigned char *octets = malloc(length + 1);
        if (octets == NULL || fread(octets, 1, length, stdin) != length) return 1;
        puts(fault_in_time(find, octets, (long)length));
        free(octets);
        ERR_clear_error();
    }
    return 0;
}
