"""Mistakes: codes and codelists."""

from tests.mistakes.mistake import Chapter, Mistake

CHAPTER = Chapter(
    "Codes and codelists",
    (
        Mistake(
            "A codelist that isn't there",
            """
                asthma = codelist_from_csv("codelists/astma.csv", column="code")
                """,
            problem="there is no codelist codelists/astma.csv",
            remedy=(
                "Did you mean codelists/asthma.csv? Paths count from the study's own "
                "folder, for example codelists/asthma.csv."
            ),
        ),
        Mistake(
            "A column that the codelist hasn't",
            """
                asthma = codelist_from_csv("codelists/asthma.csv", column="codes")
                """,
            problem="codelist codelists/asthma.csv has no column codes",
            remedy="Its columns are: code, term. Did you mean code?",
        ),
        Mistake(
            "A code that the coding system can't have",
            """
                from cohort_dsl.tables.core import clinical_events
                asthma = clinical_events.where(clinical_events.snomedct_code == "J45")
                """,
            problem='"J45" is no SNOMED CT code',
            remedy="A SNOMED CT code is 6 to 18 digits, as in 73211009.",
        ),
        Mistake(
            "A code with a dot",
            """
                from cohort_dsl.tables.core import ons_deaths
                dataset.define_population(ons_deaths.underlying_cause_of_death == "I21.9")
                """,
            problem='"I21.9" is no ICD-10 code',
            remedy='Did you mean "I219"?',
        ),
        Mistake(
            "A code that isn't in quotes",
            """
                from cohort_dsl.tables.core import clinical_events
                asthma = clinical_events.where(clinical_events.snomedct_code == 195967001)
                """,
            problem="195967001 is no SNOMED CT code",
            remedy="Write the code as text in quotes.",
        ),
        Mistake(
            "Codes of two systems",
            """
                from cohort_dsl.codes import CTV3Code
                from cohort_dsl.tables.core import clinical_events
                events = clinical_events
                asthma = events.where(events.snomedct_code == CTV3Code("H33.."))
                """,
            problem="CTV3 (Read) codes and SNOMED CT codes don't go together",
            remedy="Use codes of the column's own coding system.",
        ),
        Mistake(
            "A list where categories are needed",
            """
                asthma = codelist_from_csv("codelists/asthma.csv", column="code")
                dataset.kind = first.code.to_category(asthma)
                """,
            problem="to_category needs categories, not a Codelist",
            remedy="Read the codelist with codelist_from_csv(..., category_column=...).",
        ),
        Mistake(
            "Descendants of a codelist that doesn't say which codes lie below which",
            """
                asthma = codelist_from_csv("codelists/asthma.csv", column="code")
                all_asthma = asthma.with_descendants()
                """,
            problem=(
                "codelist codelists/asthma.csv doesn't say which codes lie below which"
            ),
            remedy=(
                'Read it with parent_column="...", or give a codelist that was: '
                "codes.with_descendants(hierarchy). Such a file can be exported from a "
                "vocabulary, as from OMOP's concept_relationship or SNOMED CT's is-a."
            ),
        ),
        Mistake(
            "A codelist whose parents go round in a circle",
            """
                tree = codelist_from_csv("tree.csv", column="code", parent_column="above")
                """,
            files={"tree.csv": "code,above\nJ45,J46\nJ46,J45\n"},
            problem="codelist tree.csv puts code J45 below itself: J45 → J46 → J45",
            remedy="Take away one of these parents.",
        ),
        Mistake(
            "A codelist without codes",
            """
                asthma = codelist_from_csv("codelists/asthma.csv", column="code")
                """,
            files={"codelists/asthma.csv": "code,term\n"},
            problem="codelists/asthma.csv holds no codes",
            remedy="Put a code on each line of it.",
        ),
        Mistake(
            "A list of codes is asked for its categories",
            """
                asthma = codelist_from_csv("codelists/asthma.csv", column="code")
                for code, category in asthma.items():
                    pass
                """,
            problem="codelist codelists/asthma.csv is a list of codes, and has no items",
            remedy=(
                'Name its category_column: codelist_from_csv(..., category_column="...") '
                "makes a dictionary from codes to categories."
            ),
            line=7,
        ),
        Mistake(
            "A list of codes is asked for one code's category",
            """
                asthma = codelist_from_csv("codelists/asthma.csv", column="code")
                category = asthma["J45"]
                """,
            problem=(
                "codelist codelists/asthma.csv is a list of codes, and tells nothing of "
                "each"
            ),
            remedy=(
                'Name its category_column: codelist_from_csv(..., category_column="...") '
                "makes a dictionary from codes to categories."
            ),
        ),
        Mistake(
            "A list of codes is asked for a word it hasn't",
            """
                asthma = codelist_from_csv("codelists/asthma.csv", column="code")
                asthma.with_descendant()
                """,
            problem="codelist codelists/asthma.csv has no method with_descendant",
            remedy="Did you mean with_descendants?",
        ),
        Mistake(
            "Two lists of codes are joined as sets",
            """
                asthma = codelist_from_csv("codelists/asthma.csv", column="code")
                both = asthma | asthma
                """,
            problem="codelist codelists/asthma.csv is a list: |, & and - are for sets",
            remedy=(
                "Write a + b for the codes of both, [c for c in a if c not in b] for the "
                "codes of one without the other's."
            ),
        ),
        Mistake(
            "A dictionary of codes is added to like a list",
            """
                file = "codelists/asthma.csv"
                asthma = codelist_from_csv(file, column="code", category_column="term")
                asthma.append("J47")
                """,
            problem="a dict has no append",
            remedy="It is a dictionary, as of codes: write it[code] = category.",
        ),
    ),
)
