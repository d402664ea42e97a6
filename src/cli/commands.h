/*
 * commands: the rows of the table of commands, each defined in its own file.
 */
#ifndef CLI_COMMANDS_H
#define CLI_COMMANDS_H

#include "cli/cli.h"

extern const struct cli_command cli_account, cli_act, cli_agreements, cli_audit, cli_completion_command, cli_contacts,
    cli_annual, cli_desk, cli_demo, cli_doctor, cli_ingest, cli_init, cli_manual_command, cli_networks,
    cli_export, cli_indicators, cli_notices, cli_objects, cli_partners, cli_query, cli_replay, cli_reports, cli_retry, cli_serve, cli_stats,
    cli_sync, cli_watch;

#endif
