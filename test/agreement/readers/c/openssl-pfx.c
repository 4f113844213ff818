/* What OpenSSL reads in a PFX: Base64 of the password, a tab and Base64 of the file a line -> one JSON object. */
#include <openssl/evp.h>
#include <openssl/pkcs12.h>
#include <openssl/sha.h>
#include <openssl/x509.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "openssl.h"

enum { MAX_CERTIFICATES = 16, MAX_ALGORITHM_TEXT = 32 };

struct contents {
    EVP_PKEY *key;
    char *friendly_name;
    unsigned char digests[MAX_CERTIFICATES][SHA256_DIGEST_LENGTH];
    int count;
};

static void take_key(struct contents *contents, PKCS12_SAFEBAG *bag, const char *password)
{
    PKCS8_PRIV_KEY_INFO *info = PKCS12_decrypt_skey(bag, password, -1);
    if (info != NULL) contents->key = EVP_PKCS82PKEY(info);
    contents->friendly_name = PKCS12_get_friendlyname(bag);
    PKCS8_PRIV_KEY_INFO_free(info);
}

static void take_certificate(struct contents *contents, PKCS12_SAFEBAG *bag)
{
    X509 *certificate = PKCS12_SAFEBAG_get1_cert(bag);
    if (certificate != NULL && contents->count < MAX_CERTIFICATES)
        X509_digest(certificate, EVP_sha256(), contents->digests[contents->count++], NULL);
    X509_free(certificate);
}

static void take_contents(struct contents *contents, PKCS7 *part, const char *password)
{
    STACK_OF(PKCS12_SAFEBAG) *bags = PKCS7_type_is_data(part) ? PKCS12_unpack_p7data(part)
                                                              : PKCS12_unpack_p7encdata(part, password, -1);
    for (int at = 0; at < sk_PKCS12_SAFEBAG_num(bags); at++) {
        PKCS12_SAFEBAG *bag = sk_PKCS12_SAFEBAG_value(bags, at);
        if (PKCS12_SAFEBAG_get_nid(bag) == NID_pkcs8ShroudedKeyBag) take_key(contents, bag, password);
        if (PKCS12_SAFEBAG_get_nid(bag) == NID_certBag) take_certificate(contents, bag);
    }
    sk_PKCS12_SAFEBAG_pop_free(bags, PKCS12_SAFEBAG_free);
}

static void put_public_key(EVP_PKEY *key)
{
    char algorithm[MAX_ALGORITHM_TEXT] = "";
    unsigned char digest[SHA256_DIGEST_LENGTH] = {0};
    unsigned char *der = NULL;
    int length = key == NULL ? 0 : i2d_PUBKEY(key, &der);
    if (length > 0) SHA256(der, (size_t)length, digest);
    if (key != NULL) describe_key(key, algorithm, sizeof algorithm);
    put_string("keyAlgorithm", algorithm);
    put_hex("publicKey", digest, sizeof digest);
    OPENSSL_free(der);
}

static void put_contents(PKCS12 *pfx, const char *password)
{
    struct contents contents = {NULL, NULL, {{0}}, 0};
    STACK_OF(PKCS7) *parts = PKCS12_unpack_authsafes(pfx);
    for (int at = 0; at < sk_PKCS7_num(parts); at++)
        take_contents(&contents, sk_PKCS7_value(parts, at), password);
    put_public_key(contents.key);
    begin_array("certificates");
    for (int at = 0; at < contents.count; at++) put_hex(NULL, contents.digests[at], SHA256_DIGEST_LENGTH);
    end_array();
    put_string("friendlyName", contents.friendly_name == NULL ? "" : contents.friendly_name);
    OPENSSL_free(contents.friendly_name);
    EVP_PKEY_free(contents.key);
    sk_PKCS7_pop_free(parts, PKCS7_free);
}

int print_pfx_facts(void)
{
    for (char *line = next_line(); line != NULL; line = next_line()) {
        struct octets password = decode_base64(line), file = decode_base64(strchr(line, '\t') + 1);
        const unsigned char *at = file.data;
        PKCS12 *pfx = d2i_PKCS12(NULL, &at, (long)file.length);
        password.data[password.length] = '\0';
        begin_object();
        if (pfx != NULL && PKCS12_verify_mac(pfx, (char *)password.data, -1))
            put_contents(pfx, (char *)password.data);
        else put_string("error", "the password does not open it");
        end_object();
        PKCS12_free(pfx);
        free(password.data);
        free(file.data);
    }
    return 0;
}
