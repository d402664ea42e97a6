/*
 * The formats, one a row: X(id) is struct intake_format intake_ID, defined in
 * the format's own file. Of two that are equally sure the earlier one wins.
 * No include guard: it is included where X is defined.
 */
X(zip)
X(compressed)
X(mbox)
X(mail)
X(xarf)
X(shadowserver_csv)
X(intelmq_json)
X(idea0)
X(n6)
X(dmarc)
X(iodef)
X(tlsrpt)
X(generic)
