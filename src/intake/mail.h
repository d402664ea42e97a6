/*
 * mail: what a mail becomes. One of its forms is found, in this order:
 *
 *   option mail=spam     a spam trap's: spam from the host that handed it in
 *   feedback report      ARF (arf.c)
 *   X-ARF                a JSON part, or the older "Key: value" part (xarf_mail.c)
 *   bounce               a delivery status: nobody complains, it is set aside
 *   attachments          CSV, JSON, XML, ZIP ...: read as documents of their own
 *   known notifier       its own text (notifier.c)
 *   attached mail        a complaint about that mail
 *   option mail=complaint  what addresses and URLs its text names
 *
 * and a mail that is none of these is set aside, with the remedy.
 */
#ifndef INTAKE_MAIL_H
#define INTAKE_MAIL_H

#include "intake/evidence.h"
#include "intake/formats.h"
#include "intake/received.h"
#include "model/taxonomy.h"
#include "parse/mime.h"

/* What MIME, dates and character sets load at their first use. */
void mail_warmup(void);

enum mail_mode { MAIL_AUTO, MAIL_SPAM, MAIL_COMPLAINT };

/* One mail being read; for mail.c and the files of its forms. */
struct mail {
	struct intake *in;
	struct arena *a; /* of this mail */
	struct mime mime;
	uint64_t base; /* of the mail's bytes in the part */
	enum mail_mode mode;
	struct slice trusted; /* option trusted=... */
	struct evidence *evidence;
	/* of the mail's own header lines */
	struct slice from_domain, subject;
	bool has_date;
	struct date date;
	size_t events; /* handed on so far */
};

/* The facts of one message's header lines; slices point into them. */
struct mail_head {
	struct slice from, return_path, sender; /* addresses, or NONE */
	struct slice subject, message_id; /* values as written */
	struct slice origin; /* X-Originating-IP */
	struct slice content_type;
	size_t recipients;
	bool has_date, has_relay;
	struct date date;
	struct received relay; /* the first host outside, if has_relay */
	/* hints that this is a machine's answer */
	bool failed_recipients, auto_replied, null_path;
};

void mail_head_read(struct slice head, struct slice trusted,
    struct mail_head *out);

/*
 * Put into ev what a message tells of its sender: source.ip and time.source
 * from the relay, else time.source from Date; and as extras subject,
 * sender_domain, return_path_domain, message_id_hash, recipients (a count),
 * relay_name, relay_helo, originating_ip. Fields that ev has already stay.
 */
bool mail_put_head(struct mail *m, const struct mail_head *h,
    struct event *ev, struct err *e) MUST_USE;
/* Scan the text parts from first up to before last for evidence. */
bool mail_scan(struct mail *m, size_t first, size_t last, struct err *e) MUST_USE;
/* Put what was found there into ev: urls, url_count, domains. */
bool mail_put_evidence(struct mail *m, struct event *ev, struct err *e) MUST_USE;
/* The index behind the last part that lies in part i. */
size_t mail_part_end(const struct mail *m, size_t i);

void mail_put_date(struct mail *m, struct event *ev, enum field f,
    const struct date *d);
bool mail_put_ip(struct mail *m, struct event *ev, enum field f, struct ip ip);
/* Set a field that is beside the point: a bad value is left out. Is it there now? */
bool mail_put_if_good(struct mail *m, struct event *ev, enum field f,
    struct slice value);
bool mail_extra(struct mail *m, struct event *ev, const char *key,
    struct slice value, struct err *e) MUST_USE;
bool mail_extra_number(struct mail *m, struct event *ev, const char *key,
    uint64_t v, struct err *e) MUST_USE;
/* The domain of an address, in lower case, or SLICE_NONE. */
struct slice mail_domain(struct mail *m, struct slice address);
/* Hand ev on with feed and place: the bytes of the mail from off, len long. */
bool mail_give(struct mail *m, struct event *ev, uint64_t off, size_t len,
    struct err *e) MUST_USE;
/* Set the mail aside with the reason in why. */
bool mail_aside(struct mail *m, const struct err *why, struct err *e) MUST_USE;

/* How sure we are that it is a mail: see struct intake_format. */
int mail_recognise(const struct intake_head *head, const struct intake *in);
bool mail_is_feedback_report(const struct mail *m);
bool mail_is_xarf(const struct mail *m);
bool mail_is_delivery_report(const struct mail *m);
void bounce_nothing(struct mail *m);
bool bounce_read(struct mail *m, bool *took_out, struct err *e) MUST_USE;

/* The forms. *took_out: it was one of theirs, and is dealt with. */
bool arf_read(struct mail *m, bool *took_out, struct err *e) MUST_USE;
bool xarf_mail_read(struct mail *m, bool *took_out, struct err *e) MUST_USE;
bool notice_read(struct mail *m, bool *took_out, struct err *e) MUST_USE;
bool notifier_read(struct mail *m, bool *took_out, struct err *e) MUST_USE;

#endif
