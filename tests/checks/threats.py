"""What an output may give away, what happens then, and the tests that show it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Threat:
    """``checks``: pages of the manual. ``shown_by``: tests, as file::name below tests/."""

    what: str
    rule: str
    checks: tuple[str, ...]
    shown_by: tuple[str, ...]


ATTACKS = "faults/test_attacks_on_releases.py"
REGRESSIONS = "faults/test_attacks_on_regressions.py"

THREATS = (
    Threat(
        "few people in a cell",
        "Distinct patients, those with a value, and providers are counted, never rows.",
        ("threshold", "providers"),
        (
            "checks/test_check_threshold.py::test_what_is_hidden_in_one_row",
            "checks/test_check_threshold.py::test_people_are_counted_and_not_measurements",
            "checks/test_check_providers.py::test_three_practices",
        ),
    ),
    Threat(
        "what is true of a whole group",
        "None and all of a group, and one value for all of it, are for people to judge.",
        ("class_disclosure",),
        (
            "checks/test_check_class_disclosure.py::test_none_and_all_of_a_group_are_for_people_to_judge",
        ),
    ),
    Threat(
        "few who make up most of a total",
        "The p% rule and the (n, k) rule, on patients' and providers' totals, and on what"
        " two columns differ by.",
        ("dominance", "providers", "few_values"),
        (
            "checks/test_check_dominance.py::test_what_counts_as_dominated",
            "checks/test_check_dominance.py::test_two_columns_that_differ_for_few",
            "checks/test_check_providers.py::test_a_total_that_two_practices_make_up",
        ),
    ),
    Threat(
        "hidden cells that margins give back",
        "Further cells are hidden, the cheapest that will do; an attacker's linear programs"
        " prove it, over hierarchies and all tables of the job at once.",
        ("protection", "threshold"),
        (
            "properties/test_nothing_small_is_recovered.py::test_a_square_with_all_totals",
            "properties/test_several_tables_give_nothing_away.py::test_nothing_hidden_is_a_sum_of_what_is_shown",
            f"{ATTACKS}::test_both_margins_of_a_cross",
        ),
    ),
    Threat(
        "small whole numbers",
        "The attacker counts in whole numbers, sees zeros, may be alone in a cell, and"
        " knows how totals were rounded.",
        ("threshold",),
        ("checks/test_known_tables.py::test_what_an_attacker_can_find_out_is_found",),
    ),
    Threat(
        "means, percentiles, minima and maxima",
        "Contributors are counted; percentiles need people beyond them and are rounded"
        " until several share the number; minima and maxima aren't offered.",
        ("percentiles", "few_values"),
        (
            "checks/test_check_percentiles.py::test_ten_people_below_and_above",
            f"{ATTACKS}::test_a_median_that_is_one_persons_value",
            f"{ATTACKS}::test_a_mean_times_its_people",
        ),
    ),
    Threat(
        "rates and ratios",
        "Numerators, denominators and complements are protected counts; a rate is computed"
        " from them as they are shown.",
        ("printed_digits",),
        (
            "checks/test_check_printed_digits.py::test_rates_that_tell_more_than_their_counts",
            f"{ATTACKS}::test_counts_found_by_a_rates_digits",
            "properties/test_kinds_give_nothing_away.py::test_rates",
        ),
    ),
    Threat(
        "regressions",
        "Refitted from the cohort, and judged by the tables that coefficients and errors"
        " can be turned into: every group, with and without the outcome, has enough people,"
        " no few determine a coefficient, a saturated model is refused, digits are no more"
        " than leave rounded counts rounded.",
        (
            "residual_degrees",
            "model_levels",
            "dummies",
            "leverage",
            "saturated",
            "model_means",
            "perfect_fit",
        ),
        (
            f"{REGRESSIONS}::test_two_means_of_an_intercept_and_a_yes_no_are_refused_as_the_table_they_are",
            f"{REGRESSIONS}::test_counts_are_not_found_by_searching_for_the_digits",
            f"{REGRESSIONS}::test_one_persons_own_column",
            f"{REGRESSIONS}::test_a_model_again_when_one_person_has_left_the_cohort",
            "checks/test_check_model_levels.py::test_ten_with_and_ten_without_the_outcome",
        ),
    ),
    Threat(
        "survival curves",
        "A life table of protected counts over published steps; the curve follows from"
        " them.",
        ("threshold",),
        (
            f"{ATTACKS}::test_a_step_of_a_survival_curve_at_one_persons_time",
            "checks/test_attacks_on_lines.py::test_those_at_risk_at_the_end_are_not_the_first_less_all_who_left",
            "properties/test_kinds_give_nothing_away.py::test_life_tables",
        ),
    ),
    Threat(
        "histograms and other figures",
        "Drawn by us from the protected table; what is hidden leaves no trace in a byte.",
        ("threshold", "figure"),
        (
            f"{ATTACKS}::test_hidden_numbers_leave_no_trace_in_any_byte",
            "checks/test_attacks_on_lines.py::test_the_furthest_person_of_a_histogram_is_somewhere_beyond_and_no_more",
            "properties/test_kinds_give_nothing_away.py::test_histograms",
        ),
    ),
    Threat(
        "numbers that aren't the data's",
        "Every claimed cell is recomputed; a mismatch returns the output.",
        ("truth", "derived"),
        (
            "checks/test_check_truth.py::test_a_true_claim_is_verified",
            f"{ATTACKS}::test_a_file_changed_after_it_was_counted",
        ),
    ),
    Threat(
        "words chosen by what the data say",
        "Titles, edges, conditions and the names of rare levels are shown to two people.",
        ("words", "levels", "labels"),
        (
            f"{ATTACKS}::test_words_for_a_message",
            "checks/test_check_levels.py::test_a_rare_level_is_for_people_to_judge",
        ),
    ),
    Threat(
        "the same people again",
        "Sums of all tables, here and in every earlier release, that single out few people,"
        " tell a hidden total that few make up, or leave a total that few make up, exactly"
        " or nearly, are found, and told with the sums.",
        ("differencing",),
        (
            "checks/test_check_differencing.py::test_a_group_from_eighteen_and_then_from_seventeen",
            "checks/test_check_differencing.py::test_three_tables_that_only_together_single_out_one",
            "checks/test_check_differencing.py::test_a_total_that_few_make_up_is_given_away_by_a_later_one_of_all_others",
            "checks/test_attacks_on_totals.py::test_those_who_are_left_out_are_many_and_one_has_most",
            "checks/test_attacks_on_totals.py::test_whoevers_value_is_told_closely_is_found",
            "properties/test_what_releases_tell_together.py::test_exact_numbers_determine_what_fractions_say",
        ),
    ),
    Threat(
        "rows, and data that isn't seen",
        "Files without a claim are known by their bytes, looked up among the study's"
        " people, and written anew; most kinds never leave, no machine lets any out.",
        (
            "opaque",
            "mislabelled",
            "unseen",
            "shape",
            "row_level",
            "identifiers",
            "rare_words",
            "days",
            "extremes",
            "small_numbers",
        ),
        (
            "checks/test_check_opaque.py::test_most_kinds_never_leave_and_are_known_by_their_bytes",
            "checks/test_check_identifiers.py::test_a_patients_number_is_found_in_any_simple_disguise",
            "checks/test_check_row_level.py::test_a_line_for_each_person_is_seen_for_what_it_is",
        ),
    ),
)
