#include "intake/received.h"

#include "test.h"

struct row {
	const char *name, *value, *ip, *rdns, *helo, *by;
};

static const struct row rows[] = {
	{ "postfix", "from mx.example.com (relay.example.com [192.0.2.1])\n\tby in.example.org (Postfix) with ESMTP id 1; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "relay.example.com", "mx.example.com", "in.example.org" },
	{ "postfix, no name", "from mx.example.com (unknown [192.0.2.1]) by a.b; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "", "mx.example.com", "a.b" },
	{ "postfix ipv6", "from mx.example.com (relay.example.com [IPv6:2001:db8::1]) by a.b; Thu, 1 Jan 1970 00:00:01 +0000",
	    "2001:db8::1", "relay.example.com", "mx.example.com", "a.b" },
	{ "postfix, address as helo", "from [198.51.100.7] (host.example.com [192.0.2.1]) by a.b; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "host.example.com", "[198.51.100.7]", "a.b" },
	{ "sendmail forged", "from a.example.com (evil.example.net [192.0.2.1] (may be forged)) by a.b (8.14.4/8.14.4) with ESMTP id x; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "evil.example.net", "a.example.com", "a.b" },
	{ "sendmail ident", "from x (root@host.example.com [192.0.2.1]) by a.b; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "host.example.com", "x", "a.b" },
	{ "exim", "from host.example.com ([192.0.2.1] helo=evil.example.net) by a.b with esmtp (Exim 4.85) id 1; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "host.example.com", "evil.example.net", "a.b" },
	{ "exim, no name", "from [192.0.2.1] (port=4321 helo=[198.51.100.9]) by a.b with esmtp; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "", "[198.51.100.9]", "a.b" },
	{ "port in the brackets", "from [192.0.2.1] ([192.0.2.1:4227] helo=h.example.com) by a.b; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "", "h.example.com", "a.b" },
	{ "qmail", "from unknown (HELO evil.example.net) (192.0.2.1) by a.b with SMTP; 1 Jan 1970 00:00:01 -0000",
	    "192.0.2.1", "", "evil.example.net", "a.b" },
	{ "qmail ident", "from host.example.com (HELO x) (joe@192.0.2.1) by a.b with SMTP; 1 Jan 1970 00:00:01 -0000",
	    "192.0.2.1", "host.example.com", "x", "a.b" },
	{ "helo with an address is not believed", "from host.example.com (HELO 198.51.100.1) (192.0.2.1) by a.b with SMTP; 1 Jan 1970 00:00:01 -0000",
	    "192.0.2.1", "host.example.com", "198.51.100.1", "a.b" },
	{ "yahoo", "from 192.0.2.1 (EHLO mx.example.com) (192.0.2.1) by a.b with SMTP; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "192.0.2.1", "mx.example.com", "a.b" },
	{ "exchange", "from A.example.com (192.0.2.1) by B.example.com (10.0.0.2) with Microsoft SMTP Server (TLS) id 15.0; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "", "A.example.com", "B.example.com" },
	{ "communigate", "from [192.0.2.1] (HELO x.example.com) by a.b (CommuniGate Pro SMTP 4.1) with ESMTP id 1; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "", "x.example.com", "a.b" },
	{ "imail", "from x.example.com [192.0.2.1] by a.b with ESMTP (SMTPD32-7.07) id 1; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "", "x.example.com", "a.b" },
	{ "web mailer", "from 192.0.2.1 (SquirrelMail authenticated user joe) by a.b with HTTP; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "", "192.0.2.1", "a.b" },
	{ "a gateway's from clause in parentheses", "(from localhost [192.0.2.1]) by a.b (NAVGW 2.5.2.12) with SMTP id M1 for <x@example.org>; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "", "localhost", "a.b" },
	{ "gmail inside", "by 10.1.2.3 with SMTP id c1; Thu, 1 Jan 1970 00:00:01 +0000", "", "", "", "10.1.2.3" },
	{ "local user", "from root by a.b with local (Exim 4.85) id 1; Thu, 1 Jan 1970 00:00:01 +0000", "", "", "root", "a.b" },
	{ "name and bracket together", "from x (mail.example.com[192.0.2.1]) by a.b; Thu, 1 Jan 1970 00:00:01 +0000",
	    "192.0.2.1", "mail.example.com", "x", "a.b" },
};

static struct slice
text(const char *s)
{
	return s == NULL ? SLICE_NONE : slice_of_str(s);
}

TEST(forms)
{
	for (size_t i = 0; i < sizeof(rows) / sizeof(rows[0]); i++) {
		const struct row *c = &rows[i];
		struct received r;
		char ip[IP_TEXT_MAX] = "";

		test_case("%s", c->name);
		CHECK(received_read(text(c->value), &r));
		if (r.has_ip)
			(void)ip_print(r.ip, ip);
		CHECK_STR(ip, c->ip);
		CHECK_SLICE(r.rdns, text(c->rdns));
		CHECK_SLICE(r.helo, text(c->helo));
		CHECK_SLICE(r.by, text(c->by));
		CHECK(r.has_date && r.date.s == 1);
	}
	{
		struct received r;

		test_case("no form at all");
		CHECK(!received_read(S("(qmail 123 invoked by uid 7); 1 Jan 1970 00:00:00 -0000"), &r));
		CHECK(!received_read(S(""), &r));
		CHECK(!received_read(S("Lorem ipsum"), &r));
	}
}

TEST(walk)
{
	static const char head[] =
	    "Received: by 10.0.0.9 with SMTP id 1; Thu, 1 Jan 1970 00:00:09 +0000\n"
	    "Received: from in (in.example.org [10.0.0.1]) by hub.example.org; Thu, 1 Jan 1970 00:00:08 +0000\n"
	    "Received: from mx (mx.example.org [198.51.100.5]) by in.example.org; Thu, 1 Jan 1970 00:00:07 +0000\n"
	    "Received: from evil (evil.example.net [203.0.113.4])\n by mx.example.org; Thu, 1 Jan 1970 00:00:06 +0000\n"
	    "Received: from bank (bank.example.com [192.0.2.77]) by evil; Thu, 1 Jan 1970 00:00:05 +0000\n"
	    "Subject: x\n";
	static const struct { const char *name, *trusted, *ip; int64_t at; } cases[] = {
		{ "nobody trusted", "", "198.51.100.5", 7 },
		{ "by network", "198.51.100.0/24", "203.0.113.4", 6 },
		{ "by name", "example.org", "203.0.113.4", 6 },
		{ "by name with a dot", "192.0.2.0/31, .example.org", "203.0.113.4", 6 },
		{ "a suffix ends at a dot", "ample.org", "198.51.100.5", 7 },
	};

	for (size_t i = 0; i < sizeof(cases) / sizeof(cases[0]); i++) {
		struct received r;
		char ip[IP_TEXT_MAX] = "";

		test_case("%s", cases[i].name);
		CHECK(received_walk(slice_of(head, sizeof(head) - 1),
		    text(cases[i].trusted), &r));
		(void)ip_print(r.ip, ip);
		CHECK_STR(ip, cases[i].ip);
		CHECK_INT(r.date.s, cases[i].at);
	}
	{
		struct received r;

		test_case("all inside");
		CHECK(!received_walk(S("Received: from x (y [127.0.0.1]) by z; x\n"),
		    SLICE_NONE, &r));
		test_case("a claimed name is not the looked-up one");
		CHECK(received_walk(S("Received: from mx.example.org ([203.0.113.4]) by z; x\n"),
		    S("example.org"), &r));
	}
}

int
main(void)
{
	RUN(forms);
	RUN(walk);
	return test_end();
}
