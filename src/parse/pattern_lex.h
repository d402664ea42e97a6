/* pattern_lex: the words of a pattern. For parse/pattern.c alone. */
#ifndef PARSE_PATTERN_LEX_H
#define PARSE_PATTERN_LEX_H

#include "parse/pattern.h"

enum pattern_token {
	TOKEN_END,
	TOKEN_WORD, /* a name or a keyword */
	TOKEN_VALUE, /* a literal */
	TOKEN_OPEN, TOKEN_CLOSE, /* ( ) */
	TOKEN_BRACKET, TOKEN_BRACKET_END, /* [ ] */
	TOKEN_COLON, TOKEN_DOT, TOKEN_COMMA, TOKEN_STAR,
	TOKEN_EQ, TOKEN_NE, TOKEN_LT, TOKEN_LE, TOKEN_GT, TOKEN_GE
};

struct pattern_lex {
	struct slice text;
	size_t at; /* behind the token */
	size_t begin; /* of the token */
	struct arena *a;
	struct err *e;
	enum pattern_token token;
	struct slice word; /* TOKEN_WORD */
	bool hyphen; /* the word has one */
	bool plus_minus; /* the value was written with a sign */
	struct pattern_value value; /* TOKEN_VALUE */
};

/* The next token. False: e says why, with the column. */
bool pattern_lex_next(struct pattern_lex *l) MUST_USE;
/* Put the token's column before what e says; returns false. */
bool pattern_lex_wrong(struct pattern_lex *l);

#endif
