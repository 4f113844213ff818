/* What the readers in C share: base64 lines come in, one JSON object a line goes out. */
#ifndef LINES_H
#define LINES_H

#include <stddef.h>

/* Octets that the caller frees. */
struct octets {
    unsigned char *data;
    size_t length;
};

/* The next line without its line feed; NULL at the end. The buffer is reused by the next call. */
char *next_line(void);

/* The octets of base64 text, whose end may also be a tab, a comma or the end of the string. */
struct octets decode_base64(const char *text);

/* Writes the members of one JSON object, comma-separated; `name` is NULL for an element of an array. */
void begin_object(void);
void end_object(void);
void begin_array(const char *name);
void end_array(void);
void put_text(const char *name, const char *text, size_t length);
void put_string(const char *name, const char *text);
void put_hex(const char *name, const unsigned char *octets, size_t length);
void put_number(const char *name, long number);
void put_boolean(const char *name, int value);
void put_null(const char *name);

/* An attribute of a Name, as an element `2.5.4.3=text`. */
void put_attribute(const char *type, const char *text, size_t length);

/* The 4 or 16 octets of an iPAddress in text, as an element. */
void put_address(const unsigned char *octets, size_t length);

#endif
