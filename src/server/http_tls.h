/*
 * http_tls: what of OpenSSL the server uses: TLS 1.2 and 1.3, ALPN, tickets
 * whose keys change by the hour, certificates of clients.
 */
#ifndef SERVER_HTTP_TLS_H
#define SERVER_HTTP_TLS_H

#include <openssl/ssl.h>

#include "base/arena.h"
#include "base/err.h"
#include "base/slice.h"

struct http_tls; /* certificate, settings, keys of tickets */

/*
 * PEM files, whose names have to live as long. client_ca may be NULL. ticket_secret: 32 bytes that all processes
 * of the node know, so that each can take up the others' sessions; SLICE_NONE:
 * one of this process alone.
 */
bool http_tls_open(const char *cert, const char *key, const char *client_ca, struct slice ticket_secret,
    struct http_tls **out, struct err *e) MUST_USE;
/* The files read again, for connections from now on; where they cannot be used, all stays as it is. */
bool http_tls_load(struct http_tls *t, struct err *e) MUST_USE;
/* After the last of its connections. */
void http_tls_close(struct http_tls **t);
/* A server's side of a connection on fd, which stays the caller's; NULL where memory is short. */
SSL *http_tls_accept(struct http_tls *t, int fd);
/* Of a finished handshake: h2 was agreed on. */
bool http_tls_is_http2(const SSL *ssl);
/* The client's certificate: SHA-256 of its DER and its subject; false where it showed none. */
bool http_tls_peer(const SSL *ssl, uint8_t sha256_out[32], char subject_out[512]);

#endif
