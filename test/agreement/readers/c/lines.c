#include "lines.h"

#include <arpa/inet.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>

static const char BASE64[] = "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

static int needs_comma;

char *next_line(void)
{
    static char *line;
    static size_t capacity;
    ssize_t length = getline(&line, &capacity, stdin);
    if (length <= 0) return NULL;
    if (line[length - 1] == '\n') line[length - 1] = '\0';
    return line;
}

struct octets decode_base64(const char *text)
{
    struct octets decoded = {malloc(strlen(text) + 1), 0};
    unsigned int bits = 0;
    int count = 0;
    const char *found;
    for (; *text != '\0' && (found = strchr(BASE64, *text)) != NULL; text++) {
        bits = (bits << 6 | (unsigned int)(found - BASE64)) & 0xffffff;
        count += 6;
        if (count >= 8) {
            count -= 8;
            decoded.data[decoded.length++] = (unsigned char)(bits >> count);
        }
    }
    return decoded;
}

static void put_key(const char *name)
{
    if (needs_comma) putchar(',');
    needs_comma = 1;
    if (name != NULL) printf("\"%s\":", name);
}

void begin_object(void)
{
    needs_comma = 0;
    putchar('{');
}

void end_object(void)
{
    puts("}");
}

void begin_array(const char *name)
{
    put_key(name);
    needs_comma = 0;
    putchar('[');
}

void end_array(void)
{
    needs_comma = 1;
    putchar(']');
}

static void put_characters(const char *text, size_t length)
{
    for (size_t at = 0; at < length; at++) {
        unsigned char character = (unsigned char)text[at];
        if (character == '"' || character == '\\') printf("\\%c", character);
        else if (character < 0x20) printf("\\u%04x", character);
        else putchar(character);
    }
}

void put_text(const char *name, const char *text, size_t length)
{
    put_key(name);
    putchar('"');
    put_characters(text, length);
    putchar('"');
}

void put_string(const char *name, const char *text)
{
    put_text(name, text, strlen(text));
}

void put_hex(const char *name, const unsigned char *octets, size_t length)
{
    put_key(name);
    putchar('"');
    for (size_t at = 0; at < length; at++) printf("%02x", octets[at]);
    putchar('"');
}

void put_number(const char *name, long number)
{
    put_key(name);
    printf("%ld", number);
}

void put_boolean(const char *name, int value)
{
    put_key(name);
    fputs(value ? "true" : "false", stdout);
}

void put_null(const char *name)
{
    put_key(name);
    fputs("null", stdout);
}

void put_attribute(const char *type, const char *text, size_t length)
{
    put_key(NULL);
    printf("\"%s=", type);
    put_characters(text, length);
    putchar('"');
}

void put_address(const unsigned char *octets, size_t length)
{
    char text[INET6_ADDRSTRLEN] = "neither 4 nor 16 octets";
    if (length == 4) inet_ntop(AF_INET, octets, text, sizeof text);
    if (length == 16) inet_ntop(AF_INET6, octets, text, sizeof text);
    put_string(NULL, text);
}
