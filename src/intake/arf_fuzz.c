#include "intake/mail.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

/* The bytes as the report part and what follows it in a feedback report. */
int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	static struct intake in;
	struct source src;
	struct buf b;
	struct err e = ERR_INIT;

	intake_warmup();
	buf_init(&b, size + 1024);
	buf_str(&b, "From: <a@example.org>\nContent-Type: multipart/report; "
	    "report-type=feedback-report; boundary=b\n\n--b\n"
	    "Content-Type: message/feedback-report\n\nFeedback-Type: abuse\n");
	buf_put(&b, slice_of(data, size));
	intake_init(&in);
	in.format_named = S("mail");
	source_of_slice(&src, buf_view(&b));
	if (!intake_read(&in, &src, &e) && e.text[0] == '\0')
		__builtin_trap(); /* a failure without a sentence */
	intake_fini(&in);
	buf_fini(&b);
	return 0;
}
