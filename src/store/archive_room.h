/* archive_room: what the archive's own files share. */
#ifndef STORE_ARCHIVE_ROOM_H
#define STORE_ARCHIVE_ROOM_H

#include "store/archive.h"

/* The note in front of the frames (copied into memory; "" for none), and what they unpack to. */
bool archive_frames(int fd, struct arena *memory, struct slice *note_out,
    uint64_t *bytes_out, struct err *e) MUST_USE;

const char *archive_dir(const struct archive *a);

#endif
