#include "base/source.h"

#include <errno.h>
#include <stdlib.h>
#include <unistd.h>

#include "base/arena.h"

#define FIRST_CAP ((size_t)256 << 10)

void
source_of_slice(struct source *s, struct slice bytes)
{
	*s = (struct source){ .window = bytes, .eof = true };
}

static bool
pull_fd(void *cookie, uint8_t *p, size_t cap, size_t *n_out, struct err *e)
{
	int fd = (int)(intptr_t)cookie;
	ssize_t n;

	do {
		n = read(fd, p, cap);
	} while (n < 0 && errno == EINTR);
	if (n < 0)
		return err_sys(e, "reading failed");
	*n_out = (size_t)n;
	return true;
}

void
source_of_fd(struct source *s, int fd, size_t window_max)
{
	source_of_pull(s, pull_fd, (void *)(intptr_t)fd, window_max);
}

void
source_of_pull(struct source *s,
    bool (*pull)(void *, uint8_t *, size_t, size_t *, struct err *),
    void *cookie, size_t window_max)
{
	*s = (struct source){
		.pull = pull,
		.cookie = cookie,
		.window_max = window_max,
	};
}

void
source_fini(struct source *s)
{
	free(s->mem);
	*s = (struct source){ .eof = true };
}

/* Room behind the window: move it to the front, or enlarge the memory. */
static bool
make_room(struct source *s, struct err *e)
{
	size_t begin = s->window.len == 0 ? 0 : (size_t)(s->window.p - s->mem);
	size_t cap;

	if (s->cap - begin - s->window.len >= FIRST_CAP / 2 && s->cap > 0)
		return true;
	if (begin > 0 && s->window.len <= s->cap / 2) {
		memmove(s->mem, s->mem + begin, s->window.len);
		s->window.p = s->mem;
		return true;
	}
	if (s->window.len >= s->window_max)
		return err_set(e, ERR_LIMIT, "more than %zu bytes in one piece",
		    s->window_max);
	cap = s->cap < FIRST_CAP ? FIRST_CAP : s->cap * 2;
	if (begin > 0)
		memmove(s->mem, s->mem + begin, s->window.len);
	if (cap > s->cap && s->window.len >= s->cap / 2) {
		s->mem = xrealloc(s->mem, cap);
		s->cap = cap;
	}
	s->window.p = s->mem;
	return true;
}

bool
source_more(struct source *s, struct err *e)
{
	size_t begin, n = 0, cap;

	if (s->eof)
		return true;
	if (s->pull == NULL) {
		s->eof = true;
		return true;
	}
	if (s->window.len == 0)
		s->window = slice_of(s->mem, 0);
	if (!make_room(s, e))
		return false;
	begin = (size_t)(s->window.p - s->mem) + s->window.len;
	cap = s->cap - begin;
	if (!s->pull(s->cookie, s->mem + begin, cap, &n, e))
		return false;
	if (n == 0)
		s->eof = true;
	s->window.len += n;
	return true;
}

bool
source_want(struct source *s, size_t n, struct err *e)
{
	while (s->window.len < n && !s->eof) {
		if (!source_more(s, e))
			return false;
	}
	return true;
}

bool
source_all(struct source *s, size_t max, struct slice *out, struct err *e)
{
	while (!s->eof) {
		if (s->window.len > max)
			break;
		if (!source_more(s, e))
			return false;
	}
	if (s->window.len > max)
		return err_set(e, ERR_LIMIT, "more than %zu bytes in one document", max);
	*out = s->window;
	return true;
}

enum step
source_line(struct source *s, size_t max, struct slice *line_out,
    uint64_t *offset_out, struct err *e)
{
	size_t looked = 0;
	bool bad = false;

	if (offset_out != NULL)
		*offset_out = s->offset;
	for (;;) {
		size_t at = slice_find_byte(slice_from(s->window, looked), '\n');
		struct slice line;

		if (at != SIZE_MAX || s->eof) {
			size_t len = at == SIZE_MAX ? s->window.len : looked + at;
			size_t used = at == SIZE_MAX ? len : len + 1;

			if (used == 0 && !bad)
				return STEP_END;
			line = slice_of(s->window.p, len);
			if (line.len > 0 && line.p[line.len - 1] == '\r')
				line.len--;
			/* The bytes stay where they are until more is pulled. */
			source_advance(s, used);
			if (!bad && line.len <= max) {
				*line_out = line;
				return STEP_ITEM;
			}
			if (!bad)
				*line_out = slice_sub(line, 0, 64);
			(void)err_set(e, ERR_LIMIT, "a line of more than %zu bytes", max);
			return STEP_BAD;
		}
		looked = s->window.len;
		if (looked > max + 1) {
			/* Too long already: go on without keeping it. */
			if (!bad)
				*line_out = SLICE_NONE;
			bad = true;
			source_advance(s, looked);
			looked = 0;
		}
		if (!source_more(s, e))
			return STEP_FAIL;
	}
}
