#include "share/desk_mail.h"

#include "parse/date.h"
#include "share/compose.h"

#define MAIL_BYTES_MAX ((size_t)64 << 10)

static void
words_put(const struct notices_options *o, const struct live_question *q, struct buf *b)
{
	if (q->way == WAY_PING)
		buf_printf(b, lang_text(q->lang, N_("This is an unannounced exercise: %.*s is registered as a contact that is there at all hours (%.*s). Please answer now.")), SLICE_ARG(q->name), SLICE_ARG(q->function));
	else if (q->step >= STEP_DEPUTY)
		buf_printf(b, lang_text(q->lang, N_("The contact %.*s (%.*s) has not answered our questions for some weeks. Can you reach it, or is there another? Whoever answers for it now, please answer this message.")), SLICE_ARG(q->name), SLICE_ARG(q->function));
	else
		buf_printf(b, lang_text(q->lang, N_("%.*s is registered with us as a contact (%.*s). We ask every contact from time to time whether somebody is there.")), SLICE_ARG(q->name), SLICE_ARG(q->function));
	buf_str(b, "\n\n");
	buf_str(b, lang_text(q->lang, N_("Please send this message back, with this word in it:")));
	buf_printf(b, "\n\n    %s\n\n", q->token);
	buf_str(b, lang_text(q->lang, N_("If this address is not right any more, please tell us which one is. No data is sent with this message, and nothing else is needed.")));
	buf_printf(b, "\n\n-- \n%.*s\n", SLICE_ARG(o->name));
}

void
desk_mail_compose(const struct notices_options *o, const struct live_question *q, struct buf *out)
{
	size_t at = slice_find_byte(o->mail, '@');
	char date[DATE_TEXT_MAX];
	struct slice rest, line;
	struct buf text;

	(void)date_print_mail(o->now_s, date);
	buf_str(out, "From: ");
	compose_phrase(out, o->name);
	buf_printf(out, " <%.*s>\r\n", SLICE_ARG(o->mail));
	if (o->reply_to.len > 0 && !slice_eq(o->reply_to, o->mail))
		buf_printf(out, "Reply-To: <%.*s>\r\n", SLICE_ARG(o->reply_to));
	buf_printf(out, "To: <%.*s>\r\nSubject: ", SLICE_ARG(q->to));
	buf_init(&text, MAIL_BYTES_MAX);
	buf_str(&text, lang_text(q->lang, q->way == WAY_PING ? N_("Exercise: are you there?") : N_("Are you there?")));
	buf_printf(&text, " [%s]", q->token);
	compose_word(out, buf_view(&text));
	buf_printf(out, "\r\nDate: %s\r\nMessage-ID: <%s@%.*s>\r\nMIME-Version: 1.0\r\nAuto-Submitted: auto-generated\r\nContent-Language: %s\r\n"
			"Content-Type: text/plain; charset=utf-8\r\nContent-Transfer-Encoding: 8bit\r\n\r\n", date, q->token,
	    SLICE_ARG(slice_from(o->mail, at + 1)), lang_tag(q->lang));
	buf_clear(&text);
	words_put(o, q, &text);
	rest = buf_view(&text);
	while (slice_line(&rest, &line)) {
		buf_put(out, line);
		buf_str(out, "\r\n");
	}
	buf_fini(&text);
}

bool
desk_mail_open(struct node *n, int64_t now_s, struct desk_mail *out, struct err *e)
{
	*out = (struct desk_mail){ 0 };
	if (n->conf.mail.len == 0)
		return err_set(e, ERR_INPUT, "entente.conf: mail under [node] is empty; questions have a sender");
	return notices_of_node(n, now_s, &out->o, e) && notices_way(n, &out->way, &out->wo, e) && out->way->open(&out->wo, &out->state, e);
}

bool
desk_mail_close(struct desk_mail *m, struct err *e)
{
	bool ok = true;

	if (m->state != NULL) {
		ok = m->way->settle == NULL || m->way->settle(m->state, e);
		m->way->close(&m->state);
	}
	return ok;
}

bool
desk_mail_send(void *cookie, const struct live_question *q, struct err *e)
{
	struct desk_mail *m = cookie;
	struct message msg = { .id = slice_of_str(q->token), .from = m->o.mail, .to = q->to };
	char reply[WAY_REPLY_MAX] = "";
	enum way_result result;
	struct buf b;
	bool ok;

	buf_init(&b, MAIL_BYTES_MAX);
	desk_mail_compose(&m->o, q, &b);
	msg.bytes = buf_view(&b);
	ok = buf_ok(&b) || err_set(e, ERR_LIMIT, "a notice of more than %zu bytes", MAIL_BYTES_MAX);
	ok = ok && (m->way->stage == NULL || (m->way->stage(m->state, &msg, e) && (m->way->staged == NULL || m->way->staged(m->state, e))));
	if (ok) {
		result = m->way->send(m->state, &msg, reply);
		/* In doubt it is taken for sent: a second question would only be asked in a week. */
		ok = result == WAY_SENT || result == WAY_UNCERTAIN ||
		    err_set(e, ERR_SYSTEM, "the question to %s was not taken: %s", QUOTE(q->to), reply);
	}
	buf_fini(&b);
	return ok;
}
