/*
 * agree_model: drafts of the model texts that ship (data/agreements/): what a text
 * says that programs keep to, and its wordings in the six languages, with the
 * parties and titles filled in. Models, not legal advice.
 */
#ifndef SHARE_AGREE_MODEL_H
#define SHARE_AGREE_MODEL_H

#include "share/agree.h"

struct agree_model {
	enum agreement_kind kind;
	struct slice id; /* the agreement's name */
	struct agreement_party lead;
	const struct agreement_party *parties;
	size_t party_count;
	struct slice titles[LANG_COUNT]; /* NONE: the model's */
	uint32_t authentic; /* 1u << lang; 0: all six */
};

/*
 * The text as JSON, without its wordings' hashes (agree_draft() puts them in), and
 * the wordings, one a language. All lie in a. ERR_INPUT: a name or title that no
 * text may hold.
 */
bool agree_model_make(const struct agree_model *m, struct arena *a, struct slice *json_out,
    struct agree_wording wordings[LANG_COUNT], struct err *e) MUST_USE;

/* A party by its name: this node itself, or a partner whose key is known. ERR_ABSENT. Texts lie in a. */
bool agree_model_party(struct node *n, struct slice id, enum party_role role, struct arena *a,
    struct agreement_party *out, struct err *e) MUST_USE;
bool agree_model_kind(struct slice name, enum agreement_kind *out); /* "memorandum" */

#endif
