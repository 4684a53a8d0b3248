"""What surprises people who know SQL or pandas, and the rules that show it."""

from __future__ import annotations

TRAPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    (
        "NULL sorts before everything: the first row may be one without a date, the last "
        "row has a value if any has.",
        ("missing_sorts_first", "the_last_row_has_a_value_if_any_has"),
    ),
    (
        "Ties are broken by all other columns of the table, ascending by name, whichever "
        "variables are asked.",
        (
            "ties_are_broken_by_all_other_columns_ascending_by_name",
            "the_last_of_ties_is_the_last_by_all_other_columns",
        ),
    ),
    (
        "Division by 0 is NULL, as are `0 ** -1` and roots of what is below 0; `//` rounds "
        "down, below 0 too; `/` and `**` give decimals, of whole numbers too.",
        (
            "a_power_is_a_decimal",
            "powers_of_whole_numbers_are_decimals_too",
            "division_of_whole_numbers_gives_decimals",
            "floor_division_rounds_down",
            "division_of_decimals",
        ),
    ),
    ("`as_int` cuts, it doesn't round.", ("as_int_cuts_towards_zero",)),
    (
        "31 January + 1 month = 1 March, 29 February + 1 year = 1 March. Months and years "
        "between dates are whole elapsed ones, -1 for one day early.",
        (
            "a_day_that_the_month_lacks_rolls_to_the_1st_of_the_next",
            "a_leap_day_a_year_later_is_the_1st_of_march",
            "months_are_whole_elapsed_months",
            "years_are_whole_elapsed_years",
        ),
    ),
    (
        "Nothing is in an empty list, not even NULL. Among an event series' values, "
        "missing ones don't make the answer unknown.",
        ("is_in_nothing_is_false", "is_not_in_nothing_is_true", "is_in_an_event_series"),
    ),
    (
        "`minimum_of` and `maximum_of` leave NULL out; an unknown condition of a `case` is "
        "not met; `map_values` gives NULL the default.",
        (
            "the_smallest_of_several_leaves_missing_ones_out",
            "an_unknown_condition_is_not_met",
            "values_may_be_mapped",
        ),
    ),
    (
        "`where` drops rows of which the condition is unknown, `except_where` keeps them; "
        "`&` and `|` know three values.",
        (
            "where_keeps_rows_of_which_the_condition_is_true",
            "except_where_drops_rows_of_which_the_condition_is_true",
            "and_is_false_as_soon_as_one_is",
            "or_is_true_as_soon_as_one_is",
        ),
    ),
    (
        "`contains` knows capitals from small letters, and no wildcards, also where the "
        "part is a column.",
        (
            "nothing_is_a_wildcard",
            "literal_parts_have_no_wildcards_either",
            "capitals_count",
        ),
    ),
    (
        "Without rows a count is 0, existence False, and every other aggregation NULL.",
        (
            "rows_are_counted_whatever_they_hold",
            "existence_is_false_without_rows",
            "sums_leave_missing_values_out",
        ),
    ),
    (
        "One value a patient stands beside each row; two series of rows combine when one's "
        "frame comes from the other's, and nothing else does.",
        (
            "a_patient_s_values_combine_whatever_they_are_from",
            "two_columns_of_one_frame_combine_row_by_row",
            "a_filtered_frame_combines_with_the_frame_it_comes_from",
        ),
    ),
    (
        "The population is where the condition is exactly true, among patients in the "
        "tables that it mentions.",
        (
            "the_population_is_where_the_condition_is_exactly_true",
            "only_tables_that_the_population_mentions_bring_patients",
        ),
    ),
    (
        "Answers have real types: True rather than 1, 64-bit decimals, dates without a "
        "time.",
        ("missing_can_be_asked_for", "means_are_decimals", "the_latest_date"),
    ),
    (
        "What engines do of their own doesn't show: an empty text isn't NULL, lists may be "
        "longer than 1,000, nothing is infinite, conditions are values like any others.",
        (
            "text_is_compared_as_it_is",
            "a_codelist_may_be_long",
            "what_is_no_longer_finite_is_missing",
            "yes_and_no_can_be_compared",
        ),
    ),
)
