/*
 * hasher: jobs lie in a fixed array, in the order of their numbers; the lock
 * guards the array and nothing else. The thread holds it to take a job and to
 * give it back, never while it hashes. Passwords are wiped with their job.
 */
#include "server/hasher.h"

#include <pthread.h>
#include <signal.h>
#include <sodium.h>
#include <stdlib.h>
#include <string.h>
#include <sys/eventfd.h>
#include <unistd.h>

#include "base/arena.h"
#include "server/secret.h"

/* Those that wait, and those that are done and not asked for yet. */
#define JOBS_MAX (2 * HASHER_QUEUE_MAX)

enum state { FREE, WAITS, RUNS, DONE /* its cookie is to be given back */, TOLD };

struct job {
	enum state state;
	bool stranger, dropped;
	uint64_t number; /* order of coming */
	void *cookie;
	bool verify, makes;
	char stored[PASSWORD_HASH_MAX];
	uint8_t password[PASSWORD_BYTES_MAX], other[PASSWORD_BYTES_MAX];
	size_t password_len, other_len;
	bool right, made; /* answers */
	bool right_used, made_used;
	char hash[PASSWORD_HASH_MAX];
};

struct hasher {
	pthread_t thread;
	pthread_mutex_t lock; /* guards what stands below */
	pthread_cond_t come;
	struct job *jobs; /* locked in memory */
	uint64_t next;
	bool stop;
	int fd;
};

static void
wipe(struct job *j)
{
	sodium_memzero(j, sizeof(*j));
}

static struct job *
oldest(struct hasher *h, enum state state)
{
	struct job *best = NULL;

	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct job *j = &h->jobs[i];

		if (j->state == state && (best == NULL || j->number < best->number))
			best = j;
	}
	return best;
}

/* Known ones first. */
static struct job *
next_job(struct hasher *h)
{
	struct job *best = NULL;

	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct job *j = &h->jobs[i];

		if (j->state == WAITS && (best == NULL || j->stranger < best->stranger ||
					     (j->stranger == best->stranger && j->number < best->number)))
			best = j;
	}
	return best;
}

/* Without the lock: nobody else touches a job that RUNS, but for dropped. */
static void
work(struct job *j)
{
	struct err e = ERR_INIT;

	if (j->verify)
		j->right = password_verify(j->stored, slice_of(j->password, j->password_len));
	/* A new password is hashed only for whoever gave the old one. */
	if (j->makes && (!j->verify || j->right))
		j->made = password_hash(slice_of(j->other, j->other_len), j->hash, &e);
}

static void *
run(void *cookie)
{
	struct hasher *h = cookie;
	struct job *j;

	(void)pthread_mutex_lock(&h->lock);
	while (!h->stop) {
		j = next_job(h);
		if (j == NULL) {
			(void)pthread_cond_wait(&h->come, &h->lock);
			continue;
		}
		j->state = RUNS;
		(void)pthread_mutex_unlock(&h->lock);
		work(j);
		(void)pthread_mutex_lock(&h->lock);
		if (j->dropped) {
			wipe(j);
			continue;
		}
		j->state = DONE;
		(void)eventfd_write(h->fd, 1);
	}
	(void)pthread_mutex_unlock(&h->lock);
	return NULL;
}

bool
hasher_open(struct hasher **out, struct err *e)
{
	struct hasher *h = xalloc(sizeof(*h));
	sigset_t all, before;
	int rc;

	secret_init();
	*h = (struct hasher){ .fd = eventfd(0, EFD_NONBLOCK | EFD_CLOEXEC) };
	h->jobs = sodium_allocarray(JOBS_MAX, sizeof(*h->jobs));
	if (h->jobs == NULL || h->fd < 0)
		abort();
	for (size_t i = 0; i < JOBS_MAX; i++)
		wipe(&h->jobs[i]);
	(void)pthread_mutex_init(&h->lock, NULL);
	(void)pthread_cond_init(&h->come, NULL);
	/* Signals are the loop's. */
	(void)sigfillset(&all);
	(void)pthread_sigmask(SIG_SETMASK, &all, &before);
	rc = pthread_create(&h->thread, NULL, run, h);
	(void)pthread_sigmask(SIG_SETMASK, &before, NULL);
	*out = h;
	if (rc == 0)
		return true;
	sodium_free(h->jobs);
	(void)close(h->fd);
	free(h);
	*out = NULL;
	return err_set(e, ERR_SYSTEM, "no thread can be made to hash passwords");
}

void
hasher_close(struct hasher **hp)
{
	struct hasher *h = *hp;

	*hp = NULL;
	if (h == NULL)
		return;
	(void)pthread_mutex_lock(&h->lock);
	h->stop = true;
	(void)pthread_cond_signal(&h->come);
	(void)pthread_mutex_unlock(&h->lock);
	(void)pthread_join(h->thread, NULL);
	(void)pthread_mutex_destroy(&h->lock);
	(void)pthread_cond_destroy(&h->come);
	(void)close(h->fd);
	sodium_free(h->jobs);
	free(h);
}

static bool
is_full(const struct hasher *h, bool stranger)
{
	size_t waiting = 0, strangers = 0;

	for (size_t i = 0; i < JOBS_MAX; i++) {
		bool waits = h->jobs[i].state == WAITS || h->jobs[i].state == RUNS;

		waiting += waits;
		strangers += waits && h->jobs[i].stranger;
	}
	return waiting >= HASHER_QUEUE_MAX || (stranger && strangers >= HASHER_STRANGERS_MAX);
}

/* A place: a free one, else that of the oldest answer that nobody asked for. */
static struct job *
place(struct hasher *h)
{
	struct job *j = oldest(h, FREE);

	return j != NULL ? j : oldest(h, TOLD);
}

bool
hasher_ask(struct hasher *h, const struct hash_ask *ask, bool stranger, void *cookie)
{
	struct job *j = NULL;

	if (ask->password.len > PASSWORD_BYTES_MAX || ask->hash.len > PASSWORD_BYTES_MAX ||
	    (ask->verify != NULL && strlen(ask->verify) >= PASSWORD_HASH_MAX))
		return false;
	(void)pthread_mutex_lock(&h->lock);
	if (!is_full(h, stranger))
		j = place(h);
	if (j != NULL) {
		wipe(j);
		*j = (struct job){ .state = WAITS, .stranger = stranger, .number = ++h->next, .cookie = cookie,
			.verify = ask->verify != NULL, .makes = ask->hash.p != NULL,
			.password_len = ask->password.len, .other_len = ask->hash.len };
		if (ask->verify != NULL)
			memcpy(j->stored, ask->verify, strlen(ask->verify) + 1);
		if (ask->password.p != NULL)
			memcpy(j->password, ask->password.p, ask->password.len);
		if (ask->hash.p != NULL)
			memcpy(j->other, ask->hash.p, ask->hash.len);
		(void)pthread_cond_signal(&h->come);
	}
	(void)pthread_mutex_unlock(&h->lock);
	return j != NULL;
}

int
hasher_fd(const struct hasher *h)
{
	return h->fd;
}

void *
hasher_done(struct hasher *h)
{
	void *cookie = NULL;
	eventfd_t n;
	struct job *j;

	(void)pthread_mutex_lock(&h->lock);
	j = oldest(h, DONE);
	if (j != NULL) {
		j->state = TOLD;
		cookie = j->cookie;
	} else {
		(void)eventfd_read(h->fd, &n);
	}
	(void)pthread_mutex_unlock(&h->lock);
	return cookie;
}

void
hasher_forget(struct hasher *h, void *cookie)
{
	(void)pthread_mutex_lock(&h->lock);
	for (size_t i = 0; i < JOBS_MAX; i++) {
		struct job *j = &h->jobs[i];

		if (j->state == FREE || j->state == TOLD || j->cookie != cookie)
			continue;
		if (j->state == RUNS)
			j->dropped = true;
		else
			wipe(j);
	}
	(void)pthread_mutex_unlock(&h->lock);
}

static bool
same(const uint8_t *p, size_t len, struct slice s)
{
	return len == s.len && (len == 0 || sodium_memcmp(p, s.p, len) == 0);
}

/* Both answers were taken, or there was one: the job is over. */
static void
over(struct job *j)
{
	if ((!j->verify || j->right_used) && (!j->makes || j->made_used || !j->made))
		wipe(j);
}

bool
hasher_verify(struct hasher *h, const char *hash, struct slice password)
{
	bool found = false, right = false;

	(void)pthread_mutex_lock(&h->lock);
	for (size_t i = 0; i < JOBS_MAX && !found; i++) {
		struct job *j = &h->jobs[i];

		if (j->state != TOLD || !j->verify || j->right_used || strcmp(j->stored, hash) != 0 ||
		    !same(j->password, j->password_len, password))
			continue;
		found = j->right_used = true;
		right = j->right;
		over(j);
	}
	(void)pthread_mutex_unlock(&h->lock);
	return found ? right : password_verify(hash, password);
}

bool
hasher_hash(struct hasher *h, struct slice password, char out[PASSWORD_HASH_MAX], struct err *e)
{
	bool found = false;

	(void)pthread_mutex_lock(&h->lock);
	for (size_t i = 0; i < JOBS_MAX && !found; i++) {
		struct job *j = &h->jobs[i];

		if (j->state != TOLD || !j->made || j->made_used || !same(j->other, j->other_len, password))
			continue;
		found = j->made_used = true;
		memcpy(out, j->hash, PASSWORD_HASH_MAX);
		over(j);
	}
	(void)pthread_mutex_unlock(&h->lock);
	return found || password_hash(password, out, e);
}
