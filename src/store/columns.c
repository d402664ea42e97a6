#include "store/columns.h"

#include <errno.h>
#include <fcntl.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "base/file.h"
#include "base/hash.h"

#define PAGE ((uint64_t)4096)
/* Room on the disk is taken so many slots, and bytes of text, at a time: a full disk is met here and not at a mapping. */
#define RESERVE_SLOTS ((uint64_t)65536)
#define RESERVE_TEXT ((uint64_t)4 << 20)
#define SLOTS_MAX ((uint64_t)1 << 31)
#define TEXT_MAX ((uint64_t)3 << 30)

static const uint8_t widths[COLUMN_COUNT] = { [COL_ID] = 8, [COL_LAST] = 4, [COL_FIRST] = 4, [COL_COUNT] = 4, [COL_QUIET] = 4,
	[COL_ASN] = 4, [COL_FEED] = 4, [COL_LABEL] = 4, [COL_IDENTIFIER] = 4, [COL_FIRST_AT] = 4, [COL_LAST_AT] = 4,
	[COL_COUNTRY] = 2, [COL_CLASS] = 1, [COL_STATE] = 1, [COL_SLOTS] = 4, [COL_NAMES] = sizeof(struct columns_name), [COL_TEXT] = 1,
	[COL_RING] = 8 };

static uint64_t
hash_cap_of(uint64_t cap)
{
	return cap + cap / 2 + 16;
}

/* How many there are of each in a file of that size. */
static uint64_t
rows_of(enum column i, uint64_t cap, uint64_t text_cap)
{
	return i == COL_SLOTS ? hash_cap_of(cap) : i == COL_TEXT ? text_cap : i == COL_RING ? COLUMNS_RING : cap;
}

/* Where each column begins; returns the file's size. */
static uint64_t
layout(uint64_t cap, uint64_t text_cap, uint64_t begin[COLUMN_COUNT])
{
	uint64_t at = (sizeof(struct columns_header) + PAGE - 1) / PAGE * PAGE;

	for (unsigned i = 0; i < COLUMN_COUNT; i++) {
		begin[i] = at;
		at += (rows_of((enum column)i, cap, text_cap) * widths[i] + PAGE - 1) / PAGE * PAGE;
	}
	return at;
}

static uint64_t
check_of(const struct columns_header *h)
{
	return hash64(slice_of((const uint8_t *)h, offsetof(struct columns_header, check)), 0);
}

static void
boot_read(uint8_t out[16])
{
	uint8_t text[64] = { 0 };
	int fd = open("/proc/sys/kernel/random/boot_id", O_RDONLY | O_CLOEXEC);
	ssize_t n = fd < 0 ? 0 : read(fd, text, sizeof(text));
	struct sha256 h = sha256_of(slice_of(text, n < 0 ? 0 : (size_t)n));

	if (fd >= 0)
		(void)close(fd);
	/* Unknown: no file is of this boot, and only one that was closed in order is believed. */
	memset(out, 0, 16);
	if (n > 0)
		memcpy(out, h.b, 16);
}

struct columns *
columns_new(const char *dir)
{
	struct columns *c = xalloc(sizeof(*c));

	*c = (struct columns){ .fd = -1 };
	(void)path_join(c->path, dir, COLUMNS_FILE);
	(void)path_join(c->part, dir, COLUMNS_FILE ".part");
	boot_read(c->boot);
	return c;
}

void
columns_unmap(struct columns *c)
{
	if (c->h != NULL)
		(void)munmap(c->h, c->bytes);
	if (c->fd >= 0)
		(void)close(c->fd);
	c->h = NULL;
	c->fd = -1;
	c->building = false;
}

void
columns_free(struct columns **cp)
{
	struct columns *c = *cp;

	*cp = NULL;
	if (c == NULL)
		return;
	columns_unmap(c);
	free(c);
}

/* Everything that is leant on later but the numbers that grow: those are looked at where they are read. */
static bool
header_ok(const struct columns *c, const struct columns_header *h, uint64_t bytes)
{
	static const uint8_t none[16];
	uint64_t begin[COLUMN_COUNT];

	if (bytes < sizeof(*h) || h->magic != COLUMNS_MAGIC || h->version != COLUMNS_VERSION || h->check != check_of(h) ||
	    h->cap > SLOTS_MAX || h->cap % COLUMNS_BLOCK != 0 || h->text_cap > TEXT_MAX || layout(h->cap, h->text_cap, begin) != bytes)
		return false;
	return atomic_load(&h->gone) == 0 && atomic_load(&h->count) <= h->cap && atomic_load(&h->names) <= h->cap &&
	    atomic_load(&h->text_len) <= h->text_cap &&
	    (atomic_load(&h->clean) == 1 || (memcmp(h->boot, c->boot, 16) == 0 && memcmp(none, c->boot, 16) != 0));
}

static void
mapped(struct columns *c, void *base, uint64_t bytes, const struct stat *st)
{
	uint64_t begin[COLUMN_COUNT];

	c->h = base;
	c->bytes = bytes;
	c->cap = c->h->cap;
	c->text_cap = c->h->text_cap;
	c->hash_cap = hash_cap_of(c->cap);
	c->dev = st->st_dev;
	c->ino = st->st_ino;
	(void)layout(c->cap, c->text_cap, begin);
	for (unsigned i = 0; i < COLUMN_COUNT; i++)
		c->at[i] = (uint8_t *)base + begin[i];
	c->reserved = c->names_reserved = c->text_reserved = 0;
}

static bool
map_file(struct columns *c, int fd)
{
	struct stat st;
	void *p;

	if (fstat(fd, &st) != 0 || !S_ISREG(st.st_mode) || st.st_size < (off_t)sizeof(struct columns_header))
		return false;
	p = mmap(NULL, (size_t)st.st_size, c->keeps ? PROT_READ | PROT_WRITE : PROT_READ, MAP_SHARED, fd, 0);
	if (p == MAP_FAILED)
		return false;
	if (!header_ok(c, p, (uint64_t)st.st_size) || atomic_load(&((struct columns_header *)p)->ready) == 0) {
		(void)munmap(p, (size_t)st.st_size);
		return false;
	}
	mapped(c, p, (uint64_t)st.st_size, &st);
	return true;
}

bool
columns_look(struct columns *c)
{
	struct stat st;
	int fd;

	if (c->keeps && c->h != NULL)
		return !c->building;
	if (c->h != NULL && atomic_load(&c->h->gone) == 0 && stat(c->path, &st) == 0 && st.st_dev == c->dev && st.st_ino == c->ino)
		return true;
	columns_unmap(c);
	fd = open(c->path, (c->keeps ? O_RDWR : O_RDONLY) | O_CLOEXEC | O_NOFOLLOW);
	if (fd < 0)
		return false;
	if (!map_file(c, fd)) {
		(void)close(fd);
		return false;
	}
	if (c->keeps)
		c->fd = fd;
	else
		(void)close(fd);
	return true;
}

/* --- room ---------------------------------------------------------------------- */

static bool
reserve(const struct columns *c, enum column i, uint64_t from, uint64_t to)
{
	uint64_t begin[COLUMN_COUNT] = { 0 };

	(void)layout(c->cap, c->text_cap, begin);
	return to <= from || posix_fallocate(c->fd, (off_t)(begin[i] + from * widths[i]), (off_t)((to - from) * widths[i])) == 0;
}

static uint64_t
least(uint64_t a, uint64_t b)
{
	return a < b ? a : b;
}

static bool
reserve_slots(struct columns *c, uint64_t count)
{
	uint64_t to = least(c->cap, (count / RESERVE_SLOTS + 1) * RESERVE_SLOTS);
	bool ok = count <= c->cap;

	if (ok && count <= c->reserved)
		return true;
	for (unsigned i = 0; i < COLUMNS_BY_SLOT && ok; i++)
		ok = reserve(c, (enum column)i, c->reserved, to);
	c->reserved = ok ? to : c->reserved;
	return ok;
}

static bool
reserve_text(struct columns *c, uint64_t names, uint64_t text)
{
	uint64_t to = least(c->cap, (names / RESERVE_SLOTS + 1) * RESERVE_SLOTS);
	uint64_t text_to = least(c->text_cap, (text / RESERVE_TEXT + 1) * RESERVE_TEXT);

	if (names > c->cap || text > c->text_cap)
		return false;
	if (names > c->names_reserved) {
		if (!reserve(c, COL_NAMES, c->names_reserved, to))
			return false;
		c->names_reserved = to;
	}
	if (text > c->text_reserved) {
		if (!reserve(c, COL_TEXT, c->text_reserved, text_to))
			return false;
		c->text_reserved = text_to;
	}
	return true;
}

bool
columns_make(struct columns *c, uint64_t cap, uint64_t text_cap, struct err *e)
{
	struct columns_header h = { .magic = COLUMNS_MAGIC, .version = COLUMNS_VERSION, .text_cap = text_cap };
	uint64_t begin[COLUMN_COUNT], bytes;
	struct stat st;
	void *p = MAP_FAILED;

	columns_unmap(c);
	if (cap > SLOTS_MAX - COLUMNS_BLOCK || text_cap > TEXT_MAX)
		return err_set(e, ERR_LIMIT, "there are too many findings for columns");
	h.cap = (cap + COLUMNS_BLOCK - 1) / COLUMNS_BLOCK * COLUMNS_BLOCK;
	bytes = layout(h.cap, text_cap, begin);
	(void)unlink(c->part);
	c->fd = open(c->part, O_RDWR | O_CREAT | O_EXCL | O_CLOEXEC | O_NOFOLLOW, 0666);
	if (c->fd >= 0 && ftruncate(c->fd, (off_t)bytes) == 0 && posix_fallocate(c->fd, 0, (off_t)begin[0]) == 0 && fstat(c->fd, &st) == 0)
		p = mmap(NULL, bytes, PROT_READ | PROT_WRITE, MAP_SHARED, c->fd, 0);
	if (p == MAP_FAILED) {
		(void)err_sys(e, "%s", c->part);
		(void)unlink(c->part);
		columns_unmap(c);
		return false;
	}
	h.check = check_of(&h);
	memcpy(h.boot, c->boot, 16);
	memcpy(p, &h, offsetof(struct columns_header, clean));
	mapped(c, p, bytes, &st);
	if (reserve(c, COL_SLOTS, 0, c->hash_cap) && reserve(c, COL_RING, 0, COLUMNS_RING))
		return true;
	columns_unmap(c);
	(void)unlink(c->part);
	return err_set(e, ERR_SYSTEM, "there is no room on the disk for columns of %llu findings", (unsigned long long)cap);
}

bool
columns_publish(struct columns *c, struct err *e)
{
	atomic_store(&c->h->ready, 1);
	if (rename(c->part, c->path) != 0)
		return err_sys(e, "%s", c->path);
	c->building = false;
	return true;
}

static void
state_copy(struct columns_header *to, const struct columns_header *from)
{
	size_t at = offsetof(struct columns_header, epoch);

	memcpy((uint8_t *)to + at, (const uint8_t *)from + at, sizeof(*to) - at);
}

static void hash_put(struct columns *c, int64_t id, uint32_t slot);

static bool
columns_copy(struct columns *to, const struct columns *from)
{
	uint64_t n = atomic_load(&from->h->count), names = atomic_load(&from->h->names), text = atomic_load(&from->h->text_len);

	if (!reserve_slots(to, n) || !reserve_text(to, names, text))
		return false;
	state_copy(to->h, from->h);
	for (unsigned i = 0; i < COLUMNS_BY_SLOT; i++)
		memcpy(to->at[i], from->at[i], n * widths[i]);
	memcpy(to->at[COL_NAMES], from->at[COL_NAMES], names * widths[COL_NAMES]);
	memcpy(to->at[COL_TEXT], from->at[COL_TEXT], text);
	memcpy(to->at[COL_RING], from->at[COL_RING], (size_t)COLUMNS_RING * widths[COL_RING]);
	for (uint64_t i = 0; i < n; i++)
		hash_put(to, col_i64(from)[i], (uint32_t)i);
	return true;
}

bool
columns_grow(struct columns *c, uint64_t cap, uint64_t text_cap, struct err *e)
{
	struct columns old = *c;
	bool ready = atomic_load(&old.h->ready) == 1;

	/* One that is being made has the name that the larger one is made under. */
	c->h = NULL;
	c->fd = -1;
	if (!columns_make(c, cap, text_cap, e)) {
		columns_unmap(&old);
		return false;
	}
	c->building = old.building;
	if (!columns_copy(c, &old)) {
		(void)err_set(e, ERR_SYSTEM, "there is no room on the disk for columns of %llu findings", (unsigned long long)cap);
		columns_unmap(c);
		(void)unlink(c->part);
	} else if (ready && !columns_publish(c, e)) {
		columns_unmap(c);
	}
	atomic_store(&old.h->gone, 1);
	columns_unmap(&old);
	return c->h != NULL;
}

void
columns_settle(struct columns *c)
{
	if (c->h == NULL || c->building || !c->keeps || msync(c->h, c->bytes, MS_SYNC) != 0)
		return;
	atomic_store(&c->h->clean, 1);
	(void)msync(c->h, PAGE, MS_SYNC);
}

/* --- slots ------------------------------------------------------------------------ */

static uint64_t
hash_of(const struct columns *c, int64_t id)
{
	uint64_t x = (uint64_t)id * UINT64_C(0x9e3779b97f4a7c15);

	x ^= x >> 32;
	/* Of 32 well mixed bits, the place in a table of any size. */
	return (x & UINT32_MAX) * c->hash_cap >> 32;
}

static void
hash_put(struct columns *c, int64_t id, uint32_t slot)
{
	uint32_t *table = col_u32(c, COL_SLOTS);
	uint64_t at = hash_of(c, id);

	/* A third is free, unless the file was damaged. */
	for (uint64_t i = 0; i < c->hash_cap && table[at] != 0; i++)
		at = at + 1 == c->hash_cap ? 0 : at + 1;
	table[at] = slot + 1;
}

const void *
columns_hint(const struct columns *c, int64_t id)
{
	return col_u32(c, COL_SLOTS) + hash_of(c, id);
}

uint32_t
columns_find(const struct columns *c, int64_t id)
{
	const uint32_t *table = col_u32(c, COL_SLOTS);
	uint64_t at = hash_of(c, id), count = least(atomic_load_explicit(&c->h->count, memory_order_relaxed), c->cap);

	/* At most once round: a table that is damaged may have no end. */
	for (uint64_t i = 0; i < c->hash_cap && table[at] != 0; i++) {
		uint32_t slot = table[at] - 1;

		if (slot < count && col_i64(c)[slot] == id)
			return slot;
		at = at + 1 == c->hash_cap ? 0 : at + 1;
	}
	return UINT32_MAX;
}

bool
columns_add(struct columns *c, int64_t id, uint32_t *slot_out)
{
	uint64_t n = atomic_load_explicit(&c->h->count, memory_order_relaxed);

	if (!reserve_slots(c, n + 1))
		return false;
	*slot_out = (uint32_t)n;
	col_i64(c)[n] = id;
	hash_put(c, id, (uint32_t)n);
	/* Whoever looks meanwhile meets it as one that is not there. */
	c->at[COL_STATE][n] = STATE_DEAD;
	atomic_store_explicit(&c->h->count, n + 1, memory_order_release);
	return true;
}

bool
columns_name_add(struct columns *c, uint32_t slot, bool has_ip, struct ip ip, struct slice text)
{
	uint64_t n = atomic_load(&c->h->names), at = atomic_load(&c->h->text_len);
	uint64_t len = text.len > UINT16_MAX ? UINT16_MAX : text.len;

	if (!reserve_text(c, n + 1, at + len + 1))
		return false;
	col_names(c)[n] = (struct columns_name){ .hi = ip.hi, .lo = ip.lo, .slot = slot, .at = (uint32_t)at, .len = (uint16_t)len, .has_ip = has_ip };
	for (uint64_t i = 0; i < len; i++)
		c->at[COL_TEXT][at + i] = byte_lower(text.p[i]);
	if (len > 0)
		c->at[COL_TEXT][at + len] = 0;
	atomic_store(&c->h->text_len, at + (len > 0 ? len + 1 : 0));
	atomic_store(&c->h->names, n + 1);
	return true;
}
