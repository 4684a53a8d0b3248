"""What may go wrong, the result that is safe, and the tests that show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Scenario:
    """``tests``: files, or functions in them, below ``tests/``."""

    number: int
    kind: str
    fault: str
    safe: str
    tests: tuple[str, ...]


HOST, STORAGE, OUTPUTS = "Process and host", "Storage", "Outputs"
LOGS, ISOLATION, REQUESTS = "Logs and telemetry", "Isolation", "Requests and code"
WAREHOUSE = "Warehouse"

_KILLED = "faults/test_killed_runner.py"
_BOX = "faults/test_box_isolation.py"
_CONTRACT = "contracts/test_executors.py"
_STORIES = "journeys/test_runner_stories.py"
_DOCKER = "journeys/test_runner_in_docker.py"
_ENGINE = "faults/test_docker_engine.py"
_REFUSED = "faults/test_refused_outputs.py"
_PUBLISH = "faults/test_publishing.py"
_UNWELL = "faults/test_unwell_site.py"
_APART = "faults/test_calls_apart.py"
_MEMORY = "unit/jobs/test_store_memory.py"
_TOGETHER = "journeys/test_runners_together.py"
_AT_ONCE = "faults/test_requests_at_once.py"
_REPOS = "unit/test_repositories.py"
_SIGNED = "faults/test_signed_requests.py"
_TOGETHER = "journeys/test_runners_together.py"
_AT_ONCE = "faults/test_requests_at_once.py"
_PROJECT = "unit/project/test_project_mistakes.py"
_LOST = "faults/test_warehouse_lost.py"
_DRIVER = "unit/warehouses/test_oracle_driver.py"

SCENARIOS = (
    Scenario(
        1,
        HOST,
        "kill -9 of the runner before, in and after each stage, and at random",
        "each job ends once, with the manifests of an undisturbed run; nothing left over",
        (_KILLED, "faults/test_killed_at_random.py", "faults/test_runners_killed.py"),
    ),
    Scenario(
        2,
        HOST,
        "kill -9 of the runner while its box goes on",
        "the next runner adopts the box; its outputs are collected once",
        (
            f"{_DOCKER}::test_a_runner_that_is_killed_is_followed_by_one_that_adopts_its_box",
            f"{_STORIES}::test_a_stopped_runner_leaves_its_box_and_the_next_one_adopts_it",
        ),
    ),
    Scenario(
        3,
        HOST,
        "the engine is away, then back",
        "no job is lost; a box that died with it is the platform's failure, tried again",
        (
            f"{_ENGINE}::test_losing_the_engine_while_waiting_loses_no_box",
            f"{_ENGINE}::test_a_box_that_went_down_with_the_engine_is_not_the_studys_failure",
            f"{_STORIES}::test_an_engine_that_goes_away_costs_no_job_and_no_second_run",
        ),
    ),
    Scenario(
        4,
        HOST,
        "the machine starts anew unplanned",
        "recognised by how long the machine is up; tried again, never the user's error",
        (
            f"{_ENGINE}::test_a_box_that_went_down_with_the_engine_is_not_the_studys_failure",
        ),
    ),
    Scenario(
        5,
        HOST,
        "a planned drain",
        'no new work; what runs ends or is put back; "safe to stop"',
        (
            f"{_TOGETHER}::test_a_drained_runner_finishes_what_it_has_and_is_safe_to_stop",
            f"{_TOGETHER}::test_what_a_drained_runner_puts_back_is_begun_again_later",
            f"{_TOGETHER}::test_a_drain_may_be_of_one_runner_alone",
        ),
    ),
    Scenario(
        6,
        HOST,
        "out of memory, in the box's first process or another",
        "out_of_memory, as a code; not tried again; other jobs go on",
        (
            f"{_CONTRACT}::test_memory_has_its_own_reason",
            f"{_CONTRACT}::test_a_childs_death_for_memory_counts",
            f"{_BOX}::test_a_death_for_memory_that_the_engine_missed_is_told_by_the_box",
            f"{_STORIES}::test_the_users_failures_are_not_tried_again",
        ),
    ),
    Scenario(
        7,
        HOST,
        "past its wall clock, deaf to SIGTERM",
        "killed; timeout; its log is kept",
        (
            f"{_CONTRACT}::test_a_box_past_its_time_is_ended_and_its_log_kept",
            f"{_CONTRACT}::test_a_restarted_runner_keeps_the_wall_clock",
        ),
    ),
    Scenario(
        8,
        HOST,
        "sleeps for ever, writes nothing, closes its output",
        "timeout; its place is free again",
        ("faults/test_selftest.py::test_the_boxes_hold",),
    ),
    Scenario(
        9,
        HOST,
        "a fork bomb",
        "stays below the limit of processes; the host doesn't notice",
        (f"{_BOX}::test_a_fork_bomb_stays_in_its_box",),
    ),
    Scenario(
        10,
        HOST,
        "hogs of CPU and memory in every place",
        "the runner still carries out a cancel",
        ("faults/test_hogs.py",),
    ),
    Scenario(
        11,
        STORAGE,
        "the action fills the disk",
        "disk_full, for this job only; what it took is free again",
        (
            f"{_CONTRACT}::test_a_box_that_fills_its_disk_is_ended",
            f"{_CONTRACT}::test_a_box_that_was_too_quick_to_be_ended_still_had_too_much",
            f"{_ENGINE}::test_a_deleted_file_fills_the_disk_as_any_other",
        ),
    ),
    Scenario(
        12,
        STORAGE,
        "the disk is full while outputs, manifest, log or database are written",
        "old outputs and manifest intact; collecting is resumed; nothing new below a floor",
        (
            f"{_PUBLISH}::test_a_disk_that_refuses_changes_nothing_and_may_be_asked_again",
            f"{_PUBLISH}::test_a_disk_that_refuses_halfway_is_completed_later",
            f"{_APART}::test_a_full_disk_is_told_as_one_so_that_it_is_waited_for",
            _UNWELL,
        ),
    ),
    Scenario(
        13,
        STORAGE,
        "a state or manifest file is cut off or damaged",
        "found by its checksum, moved aside, told; never an endless loop",
        (
            "contracts/test_manifest_file.py::test_a_damaged_manifest_is_refused_and_moved_aside",
            f"{_PUBLISH}::test_a_damaged_journal_is_moved_aside_once",
            f"{_PUBLISH}::test_a_journal_whose_files_are_gone_is_moved_aside_once",
            "unit/jobs/test_ledger_chain.py::test_damage_is_found_where_it_is",
        ),
    ),
    Scenario(
        14,
        STORAGE,
        "the database is locked, read-only, deleted, replaced, or its server away",
        "back-off; nothing is run rather than twice; no empty database is made",
        ("faults/test_store_away.py",),
    ),
    Scenario(
        15,
        STORAGE,
        "the workspace's disk is read-only, gone or failing",
        "the site is unwell; jobs wait",
        (_UNWELL,),
    ),
    Scenario(
        16,
        STORAGE,
        "an action fails after it wrote outputs",
        "the outputs of its last success stay; the rest stays in the run's folder",
        (f"{_PUBLISH}::test_a_failed_run_leaves_the_old_outputs",),
    ),
    Scenario(
        17,
        OUTPUTS,
        "a link, pipe, device or socket as an output",
        "refused with its reason, never opened",
        (
            f"{_REFUSED}::test_an_output_is_an_ordinary_file",
            f"{_REFUSED}::test_a_link_where_a_pattern_goes_through_is_refused",
            f"{_STORIES}::test_an_output_that_is_a_link_is_refused",
        ),
    ),
    Scenario(
        18,
        OUTPUTS,
        "'..', absolute, control characters, bidi, long names, clashes of case or form",
        "refused by the project file's rules, or as an output",
        (
            f"{_PROJECT}::test_a_path_that_could_mean_something_else_is_refused",
            f"{_REFUSED}::test_a_name_can_be_read_out",
            f"{_REFUSED}::test_two_outputs_are_two_on_every_disk",
        ),
    ),
    Scenario(
        19,
        OUTPUTS,
        "a pattern that matches an input, code, or a file of a stricter level",
        "only files of this run count; the strictest level wins; overlaps are refused",
        (
            f"{_REFUSED}::test_a_file_that_was_there_before_is_no_output",
            f"{_REFUSED}::test_the_strictest_level_wins",
            f"{_PROJECT}::test_a_file_that_two_levels_claim_is_refused",
            "faults/test_a_run_in_its_box.py",
        ),
    ),
    Scenario(
        20,
        OUTPUTS,
        "too many, too large, sparse or packed outputs; a CSV of a million columns",
        "limits on number and bytes; checks within bounded memory",
        (
            f"{_REFUSED}::test_too_many_outputs_are_refused",
            f"{_REFUSED}::test_too_large_outputs_are_refused_together",
            f"{_REFUSED}::test_looking_through_a_folder_has_an_end",
            "faults/test_bad_outputs.py::test_a_file_without_a_claim_is_looked_into_within_bounds",
        ),
    ),
    Scenario(
        21,
        OUTPUTS,
        "invalid UTF-8, a patient's key in any kind of file, an XLSX that is called CSV",
        "the checker's gate stays closed",
        ("faults/test_bad_outputs.py", "checks/test_attacks_on_lines.py"),
    ),
    Scenario(
        22,
        OUTPUTS,
        "an output that changes between check and copy",
        "every process is dead first; the hash is of the bytes that were copied",
        ("faults/test_selftest.py::test_the_boxes_hold", "faults/test_bad_outputs.py"),
    ),
    Scenario(
        23,
        LOGS,
        "ten gigabytes, one endless line, binary, a terminal's escapes, a forged last line",
        "head and tail within a limit, escapes neutralised",
        ("unit/test_shown_logs.py", f"{_CONTRACT}::test_a_log_is_its_head_and_its_tail"),
    ),
    Scenario(
        24,
        LOGS,
        "an action prints rows",
        "logs stay on the secure side",
        (f"{_STORIES}::test_logs_are_kept_on_the_secure_side",),
    ),
    Scenario(
        25,
        LOGS,
        "an error's text with names of files, values, SQL",
        "only words of fixed lists leave; a canary is in no byte that does",
        (
            "journeys/test_api_requests.py::test_nothing_of_definitions_logs_and_errors_is_told",
            "journeys/test_api_requests.py::test_the_canary_would_be_seen_in_a_log_that_is_kept",
            "journeys/test_the_whole_loop.py::test_nobodys_row_is_told_anywhere",
        ),
    ),
    Scenario(
        26,
        ISOLATION,
        "TCP, UDP, raw, DNS, IPv6, this host, neighbours, a cloud's metadata",
        "none gets out",
        (
            f"{_BOX}::test_no_packet_leaves",
            f"{_BOX}::test_no_name_is_resolved",
            f"{_BOX}::test_only_sockets_that_the_empty_network_holds_in",
        ),
    ),
    Scenario(
        27,
        ISOLATION,
        "other runs, the runner's environment, the engine's socket, the host's files",
        "none is there",
        (
            f"{_BOX}::test_nothing_of_the_host_is_in_sight",
            f"{_BOX}::test_the_environment_is_what_every_box_has",
            f"{_BOX}::test_another_runs_folder_is_not_there",
        ),
    ),
    Scenario(
        28,
        ISOLATION,
        "setuid, namespaces, mount, ptrace, keys, bpf, io_uring, unusual sockets",
        "refused",
        (
            f"{_BOX}::test_the_kernel_answers_no_request_for_more",
            f"{_BOX}::test_no_rights_are_held_or_to_be_had",
            f"{_BOX}::test_calls_by_another_architectures_numbers_kill",
        ),
    ),
    Scenario(
        29,
        ISOLATION,
        "an image unknown, moved since it was approved, or named like an option",
        "refused",
        (
            f"{_CONTRACT}::test_an_image_is_known_by_its_layers",
            f"{_CONTRACT}::test_an_image_that_is_not_there_says_so",
            f"{_ENGINE}::test_an_images_name_is_never_an_option",
            "unit/test_request_refusals.py::test_images_must_be_on_the_sites_list",
        ),
    ),
    Scenario(
        30,
        ISOLATION,
        "a definition that writes, connects, executes, never ends, eats memory, forges",
        "definition_error; only a query by the schema is taken",
        (
            f"{_DOCKER}::test_a_definition_that_wants_more_than_to_define_gets_nothing",
            f"{_STORIES}::test_only_a_query_by_the_schema_is_taken_from_a_definitions_box",
            f"{_STORIES}::test_however_a_definition_ends_it_is_the_authors",
        ),
    ),
    Scenario(
        31,
        REQUESTS,
        "YAML that explodes: aliases, nesting, 100 MB, tags, keys twice; 2,500 actions",
        "refused within bounds, at a site by a child; a real study is read",
        (
            "faults/test_hostile_project_files.py",
            f"{_PROJECT}::test_yaml_that_could_hide_or_explode_is_refused",
            f"{_PROJECT}::test_a_large_study_is_read_with_few_comparisons",
        ),
    ),
    Scenario(
        32,
        REQUESTS,
        "needs in a circle, of itself, of nobody",
        "refused, the circle named",
        (
            f"{_PROJECT}::test_needs_are_other_actions_without_a_circle",
            f"{_PROJECT}::test_every_circle_is_named",
        ),
    ),
    Scenario(
        33,
        REQUESTS,
        "hostile git: links, submodules, filters, hooks, clashes, packs, branches, pushes",
        "a verified commit's ordinary files, or nothing",
        (_REPOS,),
    ),
    Scenario(
        34,
        REQUESTS,
        "the same action or request twice at once; a cancel that meets the end",
        "one run; an end stays as it is",
        (
            f"{_MEMORY}::test_the_same_request_twice_is_one_request",
            f"{_MEMORY}::test_the_database_itself_refuses_a_second_live_job",
            f"{_MEMORY}::test_each_job_is_taken_up_by_one_of_several_processes",
            f"{_MEMORY}::test_a_job_that_ends_while_it_is_cancelled_keeps_its_end",
            f"{_AT_ONCE}::test_one_signed_request_sent_many_times_at_once_runs_once",
            f"{_AT_ONCE}::test_the_same_action_asked_for_many_times_at_once_is_one_job",
            f"{_AT_ONCE}::test_a_cancel_that_meets_the_end_leaves_the_end_as_it_is",
        ),
    ),
    Scenario(
        35,
        REQUESTS,
        "a request replayed, expired, unsigned, altered, or signed for another site",
        "refused, and on the ledger; a replay runs nothing",
        (
            _SIGNED,
            "unit/cli/test_serving_parts.py::test_a_token_of_another_site_is_refused_and_on_the_record",
        ),
    ),
    Scenario(
        36,
        REQUESTS,
        "clocks that step, or differ",
        "order by a sequence; no time is negative; signatures hold within 5 minutes",
        (
            f"{_SIGNED}::test_clocks_may_differ_by_five_minutes_and_no_more",
            f"{_AT_ONCE}::test_whatever_the_clock_does_events_are_told_in_the_order_they_happened",
            "unit/test_observing.py::test_a_clock_that_was_set_back_makes_no_time_negative",
        ),
    ),
    Scenario(
        37,
        REQUESTS,
        "the server is away for a day",
        "jobs go on and end; each end is told once, when it is back",
        (
            f"{_AT_ONCE}::test_a_server_that_is_away_for_a_day_holds_up_no_job_and_tells_each_end_once",
            f"{_AT_ONCE}::test_an_answer_that_was_lost_is_had_by_sending_the_same_again",
        ),
    ),
    Scenario(
        38,
        WAREHOUSE,
        "the warehouse stops, its connection is lost or its session ended in mid-answer",
        "never half an extract, never of two states; asked again, or gone on with where "
        "the warehouse can show how its data were",
        (
            _LOST,
            f"{_DRIVER}::test_what_comes_in_the_middle_of_an_answer_is_told_and_nothing_half_is_kept",
            f"{_DRIVER}::test_an_extraction_that_is_lost_twice_goes_on_by_flashback_to_its_end",
            f"{_STORIES}::test_a_warehouse_that_goes_away_is_waited_for_as_the_platform_is",
        ),
    ),
    Scenario(
        39,
        WAREHOUSE,
        "a password that is wrong, expired or locked",
        "tried once, and told: more tries would lock the account",
        (
            f"{_STORIES}::test_a_warehouse_that_does_not_let_us_in_is_asked_once",
            "unit/warehouses/test_oracle_connecting.py",
            "unit/warehouses/test_entering_postgresql.py",
            "unit/warehouses/test_sqlserver_stand_in.py",
            "unit/warehouses/test_spark_refuses.py",
        ),
    ),
    Scenario(
        40,
        WAREHOUSE,
        "the warehouse's files change while they are read",
        "no answer of two states, and nothing is kept of one; asked again, of the files as "
        "they are then",
        (
            "unit/warehouses/test_files_that_change.py",
            "unit/warehouses/test_duckdb_files.py::test_a_file_that_changes_while_it_is_read_leaves_no_half_of_an_answer",
        ),
    ),
    Scenario(
        41,
        WAREHOUSE,
        "a table, a column or codes that the site hasn't",
        "refused before the question is asked, once, and told by a word of its own",
        (
            "unit/mappings/test_codes_a_site_has_no_rows_of.py",
            "unit/mappings/test_what_is_served.py",
            f"{_STORIES}::test_what_a_site_has_nothing_of_is_asked_once_and_told_by_a_word_of_its_own",
        ),
    ),
)
"""In the order of their numbers."""
