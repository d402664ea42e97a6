#include "share/sign.h"

#include <stdio.h>

#include <gmime/gmime.h>

/* GnuPG's word for "the list of keys that would do has ended"; gpg-error.h: 16383. */
#define GPG_ERR_EOF 16383

static GMimeObject *
parse_entity(const struct buf *entity)
{
	GMimeStream *stream = g_mime_stream_mem_new_with_buffer((const char *)entity->p, entity->len);
	GMimeParser *parser = g_mime_parser_new_with_stream(stream);
	GMimeObject *part = g_mime_parser_construct_part(parser, NULL);

	g_object_unref(parser);
	g_object_unref(stream);
	return part;
}

static void
put_object(GMimeObject *object, struct buf *out)
{
	GMimeFormatOptions *format = g_mime_format_options_new();
	GMimeStream *stream = g_mime_stream_mem_new();
	GByteArray *bytes;

	g_mime_format_options_set_newline_format(format, GMIME_NEWLINE_FORMAT_DOS);
	(void)g_mime_object_write_to_stream(object, format, stream);
	bytes = g_mime_stream_mem_get_byte_array(GMIME_STREAM_MEM(stream));
	buf_put(out, slice_of(bytes->data, bytes->len));
	g_object_unref(stream);
	g_mime_format_options_free(format);
}

bool
sign_entity(const struct buf *entity, struct slice key, struct buf *out, struct err *e)
{
	GMimeMultipartSigned *is_signed = NULL;
	GMimeCryptoContext *context;
	GMimeObject *part;
	GError *error = NULL;
	char user[256];
	bool ok;

	g_mime_init();
	(void)snprintf(user, sizeof(user), "%.*s", (int)(key.len > 250 ? 250 : key.len), (const char *)key.p);
	context = g_mime_gpg_context_new();
	part = parse_entity(entity);
	if (context != NULL && part != NULL)
		is_signed = g_mime_multipart_signed_sign(context, part, user, &error);
	ok = is_signed != NULL;
	if (ok)
		put_object(GMIME_OBJECT(is_signed), out);
	else if (error != NULL && (error->code & 0xffff) == GPG_ERR_EOF)
		(void)err_set(e, ERR_SYSTEM, "the notice could not be signed: no secret key %s that is valid and can sign is in the keyring; see gpg --list-secret-keys", user);
	else
		(void)err_set(e, ERR_SYSTEM, "the notice could not be signed with key %s: %s", user,
		    error == NULL ? "GnuPG" : error->message);
	if (is_signed != NULL)
		g_object_unref(is_signed);
	if (part != NULL)
		g_object_unref(part);
	if (context != NULL)
		g_object_unref(context);
	if (error != NULL)
		g_error_free(error);
	return ok;
}
