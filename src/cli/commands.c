#include "cli/commands.h"

/* In the order of help: what one begins with first. */
const struct cli_command *const cli_commands[] = {
	&cli_init,
	&cli_demo,
	&cli_networks,
	&cli_contacts,
	&cli_ingest,
	&cli_watch,
	&cli_serve,
	&cli_query,
	&cli_export,
	&cli_act,
	&cli_stats,
	&cli_reports,
	&cli_notices,
	&cli_objects,
	&cli_indicators,
	&cli_retry,
	&cli_replay,
	&cli_partners,
	&cli_agreements,
	&cli_sync,
	&cli_desk,
	&cli_annual,
	&cli_account,
	&cli_audit,
	&cli_doctor,
	&cli_manual_command,
	&cli_completion_command,
};
const size_t cli_command_count = sizeof(cli_commands) / sizeof(cli_commands[0]);
