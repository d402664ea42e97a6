/*
 * A head and what follows it, as a chunked body: whatever the bytes are, cut at a
 * place that they themselves name, they mean what they mean in one piece; and a
 * request that is taken has a path and a host that are fit to be used.
 */
#include <assert.h>

#include "server/http_request.h"

int LLVMFuzzerTestOneInput(const uint8_t *data, size_t size);

static void
body(struct slice all, size_t cut)
{
	size_t sum[2] = { 0, 0 }, used[2] = { 0, 0 };
	bool ok[2] = { true, true };

	for (int way = 0; way < 2; way++) {
		struct http_chunks c = { .state = CHUNK_SIZE };
		struct slice pieces[2] = { slice_sub(all, 0, way == 0 ? all.len : cut), slice_from(all, way == 0 ? all.len : cut) };

		for (int i = 0; i < 2; i++) {
			struct slice in = pieces[i], data;

			while (ok[way] && in.len > 0 && c.state != CHUNK_DONE) {
				ok[way] = http_chunks_take(&c, &in, &data);
				assert(data.len == 0 || (data.p >= all.p && data.p + data.len <= all.p + all.len));
				sum[way] += ok[way] ? data.len : 0;
			}
			used[way] += pieces[i].len - in.len;
		}
	}
	assert(ok[0] == ok[1]);
	assert(sum[0] == sum[1] && used[0] == used[1]);
}

static void
request(struct slice head, struct slice rest, size_t cut)
{
	static struct http_head h;
	struct prefix trusted = { ip_of_v4(0x0a000000), 104 };
	struct http_peer peer = { .ip = ip_of_v4(0x0a000001), .trusted = &trusted, .trusted_count = 1 };
	struct http_frame f;
	struct api_request r;
	struct arena a;
	uint8_t *copy;

	arena_init(&a, 1 << 20);
	copy = arena_bytes(&a, head.len);
	if (copy != NULL && head.len > 0) {
		memcpy(copy, head.p, head.len);
		if (http_head_parse(copy, head.len, &h) == 0 && http_request_of(&h, &peer, &a, &r, &f) == 0) {
			assert(http_path_ok(r.path));
			assert(r.host.len == 0 || http_host_ok(r.host));
			assert(f.body != HTTP_BODY_CHUNKED || !f.length_known);
			assert(slice_utf8_ok(r.filename) && slice_find_byte(r.filename, '/') == SIZE_MAX);
			if (f.body == HTTP_BODY_CHUNKED)
				body(rest, cut < rest.len ? cut : rest.len);
		}
	}
	arena_fini(&a);
}

int
LLVMFuzzerTestOneInput(const uint8_t *data, size_t size)
{
	struct slice all;
	size_t cut, whole = 0, pieces = 0;
	enum http_end end, again;

	if (size < 2)
		return 0;
	all = slice_of(data + 2, size - 2);
	cut = ((size_t)data[0] << 8 | data[1]) % (all.len + 1);
	end = http_head_end(all, &whole);
	again = http_head_end(slice_sub(all, 0, cut), &pieces);
	if (again == HTTP_END_MORE)
		again = http_head_end(all, &pieces);
	assert(end == again);
	assert(end != HTTP_END_HERE || (whole == pieces && whole <= all.len));
	if (end == HTTP_END_HERE)
		request(slice_sub(all, 0, whole), slice_from(all, whole), cut);
	body(all, cut);
	return 0;
}
