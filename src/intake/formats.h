/*
 * formats: the table's rows, each defined in the file of its format.
 */
#ifndef INTAKE_FORMATS_H
#define INTAKE_FORMATS_H

#include "intake/intake.h"

#define X(id) extern const struct intake_format intake_##id;
#include "intake/format_list.h"
#undef X

#endif
