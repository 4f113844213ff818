#include <cert.h>
#include <keyhi.h>
#include <nss.h>
#include <prerror.h>
#include <prprf.h>
#include <secerr.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

#include "lines.h"
#include "nss-reader.h"

enum { MAX_ALGORITHM_TEXT = 32 };

static const struct {
    unsigned char octet;
    unsigned char bit;
    const char *name;
} KEY_USAGES[] = {
    {0, 0x80, "digitalSignature"}, {0, 0x40, "nonRepudiation"}, {0, 0x20, "keyEncipherment"},
    {0, 0x10, "dataEncipherment"}, {0, 0x08, "keyAgreement"},   {0, 0x04, "keyCertSign"},
    {0, 0x02, "cRLSign"},          {0, 0x01, "encipherOnly"},   {1, 0x80, "decipherOnly"},
};

static void put_oid(const SECItem *oid, char **text)
{
    char *dotted = CERT_GetOidString(oid);
    *text = strdup(strncmp(dotted, "OID.", 4) == 0 ? dotted + 4 : dotted);
    PR_smprintf_free(dotted);
}

static void put_name(const char *member, const CERTName *name)
{
    begin_array(member);
    for (CERTRDN **rdn = name->rdns; rdn != NULL && *rdn != NULL; rdn++) {
        for (CERTAVA **ava = (*rdn)->avas; *ava != NULL; ava++) {
            char *type;
            SECItem *text = CERT_DecodeAVAValue(&(*ava)->value);
            put_oid(&(*ava)->type, &type);
            if (text != NULL) put_attribute(type, (char *)text->data, text->len);
            SECITEM_FreeItem(text, PR_TRUE);
            free(type);
        }
    }
    end_array();
}

static void put_time(const char *member, PRTime time)
{
    PRExplodedTime parts;
    char text[sizeof "9999-12-31T23:59:59Z"];
    PR_ExplodeTime(time, PR_GMTParameters, &parts);
    PR_FormatTimeUSEnglish(text, sizeof text, "%Y-%m-%dT%H:%M:%SZ", &parts);
    put_string(member, text);
}

static void put_period(CERTCertificate *certificate)
{
    PRTime not_before, not_after;
    if (CERT_GetCertTimes(certificate, &not_before, &not_after) != SECSuccess) return;
    put_time("notBefore", not_before);
    put_time("notAfter", not_after);
}

static void put_names_of_kind(const char *member, CERTGeneralName *first, CERTGeneralNameType kind)
{
    begin_array(member);
    CERTGeneralName *name = first;
    while (name != NULL) {
        const SECItem *value = &name->name.other;
        if (name->type == kind && kind == certIPAddress) put_address(value->data, value->len);
        else if (name->type == kind) put_text(NULL, (char *)value->data, value->len);
        name = CERT_GetNextGeneralName(name);
        if (name == first) break;
    }
    end_array();
}

static void put_subject_alt_name(CERTCertificate *certificate, PLArenaPool *arena)
{
    SECItem value = {siBuffer, NULL, 0};
    CERTGeneralName *names = NULL;
    if (CERT_FindCertExtension(certificate, SEC_OID_X509_SUBJECT_ALT_NAME, &value) == SECSuccess)
        names = CERT_DecodeAltNameExtension(arena, &value);
    put_names_of_kind("dnsNames", names, certDNSName);
    put_names_of_kind("ipAddresses", names, certIPAddress);
    put_names_of_kind("emailAddresses", names, certRFC822Name);
    put_names_of_kind("uris", names, certURI);
    SECITEM_FreeItem(&value, PR_FALSE);
}

/* This library reads no Ed25519 key, and still names it by its object identifier. */
static void put_key_algorithm(const CERTCertificate *certificate)
{
    char *type;
    char text[MAX_ALGORITHM_TEXT] = "unknown";
    SECKEYPublicKey *key = SECKEY_ExtractPublicKey(&certificate->subjectPublicKeyInfo);
    put_oid(&certificate->subjectPublicKeyInfo.algorithm.algorithm, &type);
    if (strcmp(type, "1.3.101.112") == 0) strcpy(text, "ed25519");
    if (key != NULL && key->keyType == rsaKey)
        snprintf(text, sizeof text, "rsa-%u", SECKEY_PublicKeyStrengthInBits(key));
    if (key != NULL && key->keyType == ecKey)
        snprintf(text, sizeof text, "ecdsa-p%u", SECKEY_PublicKeyStrengthInBits(key));
    put_string("keyAlgorithm", text);
    if (key != NULL) SECKEY_DestroyPublicKey(key);
    free(type);
}

static void put_key_identifiers(CERTCertificate *certificate)
{
    SECItem own = {siBuffer, NULL, 0};
    const CERTAuthKeyID *of_issuer = certificate->authKeyID;
    int has_own = CERT_FindSubjectKeyIDExtension(certificate, &own) == SECSuccess;
    put_hex("subjectKeyIdentifier", own.data, has_own ? own.len : 0);
    if (of_issuer != NULL) put_hex("authorityKeyIdentifier", of_issuer->keyID.data, of_issuer->keyID.len);
    else put_string("authorityKeyIdentifier", "");
    SECITEM_FreeItem(&own, PR_FALSE);
}

static void put_basic_constraints(CERTCertificate *certificate)
{
    SECItem value = {siBuffer, NULL, 0};
    CERTBasicConstraints constraints = {PR_FALSE, CERT_UNLIMITED_PATH_CONSTRAINT};
    if (CERT_FindCertExtension(certificate, SEC_OID_X509_BASIC_CONSTRAINTS, &value) == SECSuccess)
        CERT_DecodeBasicConstraintValue(&constraints, &value);
    put_boolean("isAuthority", constraints.isCA);
    if (constraints.isCA && constraints.pathLenConstraint != CERT_UNLIMITED_PATH_CONSTRAINT)
        put_number("pathLenConstraint", constraints.pathLenConstraint);
    else put_null("pathLenConstraint");
    SECITEM_FreeItem(&value, PR_FALSE);
}

static void put_key_usage(CERTCertificate *certificate)
{
    SECItem bits = {siBuffer, NULL, 0};
    int is_there = CERT_FindKeyUsageExtension(certificate, &bits) == SECSuccess;
    begin_array("keyUsage");
    for (size_t at = 0; is_there && at < sizeof KEY_USAGES / sizeof *KEY_USAGES; at++)
        if (KEY_USAGES[at].octet < bits.len && (bits.data[KEY_USAGES[at].octet] & KEY_USAGES[at].bit) != 0)
            put_string(NULL, KEY_USAGES[at].name);
    end_array();
    SECITEM_FreeItem(&bits, PR_FALSE);
}

static void put_purposes(CERTCertificate *certificate)
{
    SECItem value = {siBuffer, NULL, 0};
    CERTOidSequence *purposes = NULL;
    if (CERT_FindCertExtension(certificate, SEC_OID_X509_EXT_KEY_USAGE, &value) == SECSuccess)
        purposes = CERT_DecodeOidSequence(&value);
    begin_array("extKeyUsage");
    for (SECItem **oid = purposes ? purposes->oids : NULL; oid != NULL && *oid != NULL; oid++) {
        char *type;
        put_oid(*oid, &type);
        put_string(NULL, type);
        free(type);
    }
    end_array();
    if (purposes != NULL) CERT_DestroyOidSequence(purposes);
    SECITEM_FreeItem(&value, PR_FALSE);
}

static void put_facts(CERTCertificate *certificate)
{
    PLArenaPool *arena = PORT_NewArena(DER_DEFAULT_CHUNKSIZE);
    put_hex("serialNumber", certificate->serialNumber.data, certificate->serialNumber.len);
    put_name("issuer", &certificate->issuer);
    put_name("subject", &certificate->subject);
    put_period(certificate);
    put_subject_alt_name(certificate, arena);
    put_key_algorithm(certificate);
    put_key_identifiers(certificate);
    put_basic_constraints(certificate);
    put_key_usage(certificate);
    put_purposes(certificate);
    PORT_FreeArena(arena, PR_FALSE);
}

int print_facts(void)
{
    if (NSS_NoDB_Init(NULL) != SECSuccess) return 1;
    for (char *line = next_line(); line != NULL; line = next_line()) {
        struct octets der = decode_base64(line);
        CERTCertificate *certificate = CERT_DecodeCertFromPackage((char *)der.data, (int)der.length);
        begin_object();
        if (certificate != NULL) put_facts(certificate);
        else put_string("error", PORT_ErrorToName(PR_GetError()));
        end_object();
        if (certificate != NULL) CERT_DestroyCertificate(certificate);
        free(der.data);
    }
    return NSS_Shutdown() == SECSuccess ? 0 : 1;
}
