/* ICU's spoof checker, for many labels in one process: UTF-8 of one a line -> what UTS #39 says of it. */
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <unicode/uscript.h>
#include <unicode/uspoof.h>
#include <unicode/ustring.h>

#include "lines.h"

enum { MAX_UNITS = 1024 };

static USpoofChecker *checker;

static void must(UErrorCode status, const char *what)
{
    if (U_SUCCESS(status)) return;
    fprintf(stderr, "%s: %s\n", what, u_errorName(status));
    exit(1);
}

/* Whether every script of the label is one that UAX #31 recommends; unknown ones are newer than this ICU. */
static void put_scripts(const UChar *label, int32_t length)
{
    int is_recommended = 1, is_known = 1;
    for (int32_t at = 0; at < length;) {
        UErrorCode status = U_ZERO_ERROR;
        UChar32 character;
        U16_NEXT(label, at, length, character);
        UScriptCode script = uscript_getScript(character, &status);
        must(status, "uscript_getScript");
        if (script == USCRIPT_UNKNOWN) is_known = 0;
        if (uscript_getUsage(script) != USCRIPT_USAGE_RECOMMENDED) is_recommended = 0;
    }
    put_boolean("isKnown", is_known);
    put_boolean("isRecommended", is_recommended);
}

static void put_label(const char *text)
{
    UErrorCode status = U_ZERO_ERROR;
    UChar label[MAX_UNITS], skeleton[MAX_UNITS];
    char utf8[4 * MAX_UNITS];
    int32_t length, skeleton_length, utf8_length;
    u_strFromUTF8(label, MAX_UNITS, &length, text, -1, &status);
    skeleton_length = uspoof_getSkeleton(checker, 0, label, length, skeleton, MAX_UNITS, &status);
    u_strToUTF8(utf8, sizeof utf8, &utf8_length, skeleton, skeleton_length, &status);
    int32_t failed = uspoof_check(checker, label, length, NULL, &status);
    must(status, text);
    begin_object();
    put_scripts(label, length);
    put_boolean("isRestricted", (failed & USPOOF_RESTRICTION_LEVEL) == 0);
    put_text("skeleton", utf8, (size_t)utf8_length);
    end_object();
}

int main(void)
{
    UErrorCode status = U_ZERO_ERROR;
    checker = uspoof_open(&status);
    uspoof_setChecks(checker, USPOOF_RESTRICTION_LEVEL, &status);
    must(status, "uspoof_open");
    uspoof_setRestrictionLevel(checker, USPOOF_HIGHLY_RESTRICTIVE);
    for (char *line; (line = next_line()) != NULL;) put_label(line);
    uspoof_close(checker);
    return 0;
}
