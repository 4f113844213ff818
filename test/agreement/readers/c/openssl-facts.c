#include <openssl/x509.h>
#include <openssl/x509v3.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "openssl.h"

/* In the order of the bits (RFC 5280 section 4.2.1.3). */
static const char *const KEY_USAGES[] = {
    "digitalSignature", "nonRepudiation", "keyEncipherment", "dataEncipherment", "keyAgreement",
    "keyCertSign",      "cRLSign",        "encipherOnly",    "decipherOnly",
};
static const int KEY_USAGE_COUNT = 9;

enum { MAX_OID_TEXT = 128, MAX_ALGORITHM_TEXT = 32 };

static void put_serial_number(X509 *certificate)
{
    BIGNUM *number = ASN1_INTEGER_to_BN(X509_get0_serialNumber(certificate), NULL);
    char *hex = BN_bn2hex(number);
    for (char *digit = hex; *digit != '\0'; digit++) *digit |= 0x20;
    put_string("serialNumber", hex);
    OPENSSL_free(hex);
    BN_free(number);
}

static void put_name(const char *member, const X509_NAME *name)
{
    begin_array(member);
    for (int at = 0; at < X509_NAME_entry_count(name); at++) {
        const X509_NAME_ENTRY *entry = X509_NAME_get_entry(name, at);
        char type[MAX_OID_TEXT];
        unsigned char *text = NULL;
        OBJ_obj2txt(type, sizeof type, X509_NAME_ENTRY_get_object(entry), 1);
        int length = ASN1_STRING_to_UTF8(&text, X509_NAME_ENTRY_get_data(entry));
        if (length >= 0) put_attribute(type, (char *)text, (size_t)length);
        OPENSSL_free(text);
    }
    end_array();
}

static void put_time(const char *member, const ASN1_TIME *time)
{
    struct tm parts;
    char text[sizeof "9999-12-31T23:59:59Z"];
    if (!ASN1_TIME_to_tm(time, &parts)) return put_string(member, "not a time");
    strftime(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    put_string(member, text);
}

static void put_names_of_kind(const char *member, const GENERAL_NAMES *names, int kind)
{
    begin_array(member);
    for (int at = 0; at < sk_GENERAL_NAME_num(names); at++) {
        int its_kind;
        const ASN1_STRING *value = GENERAL_NAME_get0_value(sk_GENERAL_NAME_value(names, at), &its_kind);
        if (its_kind != kind) continue;
        const unsigned char *octets = ASN1_STRING_get0_data(value);
        size_t length = (size_t)ASN1_STRING_length(value);
        if (kind == GEN_IPADD) put_address(octets, length);
        else put_text(NULL, (const char *)octets, length);
    }
    end_array();
}

static void put_subject_alt_name(X509 *certificate)
{
    GENERAL_NAMES *names = X509_get_ext_d2i(certificate, NID_subject_alt_name, NULL, NULL);
    put_names_of_kind("dnsNames", names, GEN_DNS);
    put_names_of_kind("ipAddresses", names, GEN_IPADD);
    put_names_of_kind("emailAddresses", names, GEN_EMAIL);
    put_names_of_kind("uris", names, GEN_URI);
    GENERAL_NAMES_free(names);
}

void describe_key(EVP_PKEY *key, char *text, size_t size)
{
    if (EVP_PKEY_is_a(key, "RSA")) snprintf(text, size, "rsa-%d", EVP_PKEY_get_bits(key));
    else if (EVP_PKEY_is_a(key, "EC")) snprintf(text, size, "ecdsa-p%d", EVP_PKEY_get_bits(key));
    else snprintf(text, size, "%s", EVP_PKEY_is_a(key, "ED25519") ? "ed25519" : "unknown");
}

static void put_key_algorithm(X509 *certificate)
{
    char text[MAX_ALGORITHM_TEXT];
    describe_key(X509_get0_pubkey(certificate), text, sizeof text);
    put_string("keyAlgorithm", text);
}

static void put_key_identifier(const char *member, const ASN1_OCTET_STRING *identifier)
{
    if (identifier == NULL) return put_string(member, "");
    put_hex(member, ASN1_STRING_get0_data(identifier), (size_t)ASN1_STRING_length(identifier));
}

static void put_basic_constraints(X509 *certificate)
{
    BASIC_CONSTRAINTS *constraints = X509_get_ext_d2i(certificate, NID_basic_constraints, NULL, NULL);
    put_boolean("isAuthority", constraints != NULL && constraints->ca);
    if (constraints != NULL && constraints->pathlen != NULL)
        put_number("pathLenConstraint", ASN1_INTEGER_get(constraints->pathlen));
    else put_null("pathLenConstraint");
    BASIC_CONSTRAINTS_free(constraints);
}

static void put_usages(X509 *certificate)
{
    ASN1_BIT_STRING *bits = X509_get_ext_d2i(certificate, NID_key_usage, NULL, NULL);
    begin_array("keyUsage");
    for (int bit = 0; bit < KEY_USAGE_COUNT; bit++)
        if (bits != NULL && ASN1_BIT_STRING_get_bit(bits, bit)) put_string(NULL, KEY_USAGES[bit]);
    end_array();
    ASN1_BIT_STRING_free(bits);

    EXTENDED_KEY_USAGE *purposes = X509_get_ext_d2i(certificate, NID_ext_key_usage, NULL, NULL);
    begin_array("extKeyUsage");
    for (int at = 0; at < sk_ASN1_OBJECT_num(purposes); at++) {
        char type[MAX_OID_TEXT];
        OBJ_obj2txt(type, sizeof type, sk_ASN1_OBJECT_value(purposes, at), 1);
        put_string(NULL, type);
    }
    end_array();
    EXTENDED_KEY_USAGE_free(purposes);
}

static void put_facts(X509 *certificate)
{
    put_serial_number(certificate);
    put_name("issuer", X509_get_issuer_name(certificate));
    put_name("subject", X509_get_subject_name(certificate));
    put_time("notBefore", X509_get0_notBefore(certificate));
    put_time("notAfter", X509_get0_notAfter(certificate));
    put_subject_alt_name(certificate);
    put_key_algorithm(certificate);
    put_key_identifier("subjectKeyIdentifier", X509_get0_subject_key_id(certificate));
    put_key_identifier("authorityKeyIdentifier", X509_get0_authority_key_id(certificate));
    put_basic_constraints(certificate);
    put_usages(certificate);
}

int print_facts(void)
{
    for (char *line = next_line(); line != NULL; line = next_line()) {
        struct octets der = decode_base64(line);
        const unsigned char *at = der.data;
        X509 *certificate = d2i_X509(NULL, &at, (long)der.length);
        begin_object();
        if (certificate != NULL && at == der.data + der.length) put_facts(certificate);
        else put_string("error", "not a certificate");
        end_object();
        X509_free(certificate);
        free(der.data);
    }
    return 0;
}
