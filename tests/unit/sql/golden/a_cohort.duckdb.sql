CREATE TEMPORARY TABLE step_1_columns (
	patient_id BIGINT, 
	born DATE, 
	name VARCHAR, 
	score BIGINT
);

INSERT INTO step_1_columns (patient_id, born, name, score) SELECT rows.patient_id, rows.born, rows.name, rows.score 
FROM patients AS rows 
WHERE rows.patient_id IS NOT NULL;

CREATE TEMPORARY TABLE step_2_population (
	patient_id BIGINT, 
	_number BIGINT
);

-- $1 = 2000-01-01
-- $2 = "it's; --"
INSERT INTO step_2_population (patient_id, _number) SELECT patient_id, row_number() OVER (ORDER BY patient_id ASC NULLS FIRST) - 1 AS _number 
FROM (SELECT everyone.patient_id AS patient_id, step_1_columns.born AS x1, step_1_columns.name AS x2 
FROM (SELECT mentioned.patient_id AS patient_id 
FROM (SELECT step_1_columns.patient_id AS patient_id 
FROM step_1_columns 
WHERE step_1_columns.patient_id IS NOT NULL) AS mentioned) AS everyone LEFT OUTER JOIN step_1_columns AS step_1_columns ON step_1_columns.patient_id = everyone.patient_id) AS layer_0 
WHERE ((x1 < CAST($1 AS DATE)) AND (x2 = CAST($2 AS VARCHAR)));

CREATE TEMPORARY TABLE step_3_rows (
	patient_id BIGINT, 
	a1 BIGINT, 
	a2 DATE
);

INSERT INTO step_3_rows (patient_id, a1, a2) SELECT patient_id, count(CASE WHEN (date IS NULL) THEN 1 END) AS a1, min(date) AS a2 
FROM (SELECT rows.patient_id AS patient_id, rows.date AS date 
FROM visits AS rows JOIN step_2_population AS population ON population.patient_id = rows.patient_id) AS layer_0 GROUP BY patient_id;

CREATE TEMPORARY TABLE step_4_rows (
	patient_id BIGINT, 
	a1 BIGINT, 
	a2 BIGINT
);

-- $1 = 0
-- $2 = 30
INSERT INTO step_4_rows (patient_id, a1, a2) SELECT patient_id, count(1) AS a1, TRY_CAST(sum(number) AS BIGINT) AS a2 
FROM (SELECT patient_id, date, number, CASE WHEN (CAST($1 AS BIGINT) < x1) THEN CAST(NULL AS DATE) ELSE x2 END AS x5 
FROM (SELECT rows.patient_id AS patient_id, coalesce(step_3_rows.a1, 0) AS x1, step_3_rows.a2 AS x2, rows.date AS date, rows.number AS number 
FROM events AS rows JOIN step_2_population AS population ON population.patient_id = rows.patient_id LEFT OUTER JOIN step_3_rows AS step_3_rows ON step_3_rows.patient_id = rows.patient_id) AS layer_0) AS layer_1 
WHERE (x5 <= date) AND (date <= CASE WHEN (x5 + CAST(CAST($2 AS BIGINT) AS INTEGER) BETWEEN DATE '0001-01-01' AND DATE '9999-12-31') THEN x5 + CAST(CAST($2 AS BIGINT) AS INTEGER) END) GROUP BY patient_id;

-- side by side as step_5_cohort_answers
SELECT step_2_population.patient_id 
FROM step_2_population ORDER BY step_2_population._number;

SELECT step_3_rows.patient_id, step_3_rows.a1 AS a1, step_3_rows.a2 AS a2 
FROM (SELECT people._number AS patient_id, step_3_rows.a1 AS a1, step_3_rows.a2 AS a2 
FROM step_3_rows AS step_3_rows JOIN step_2_population AS people ON people.patient_id = step_3_rows.patient_id) AS step_3_rows;

SELECT step_4_rows.patient_id, step_4_rows.a1 AS a3, step_4_rows.a2 AS a4 
FROM (SELECT people._number AS patient_id, step_4_rows.a1 AS a1, step_4_rows.a2 AS a2 
FROM step_4_rows AS step_4_rows JOIN step_2_population AS people ON people.patient_id = step_4_rows.patient_id) AS step_4_rows;

SELECT step_1_columns.patient_id, step_1_columns.score AS a5, step_1_columns.born AS a6 
FROM (SELECT people._number AS patient_id, step_1_columns.born AS born, step_1_columns.name AS name, step_1_columns.score AS score 
FROM step_1_columns AS step_1_columns JOIN step_2_population AS people ON people.patient_id = step_1_columns.patient_id) AS step_1_columns;

-- $1 = 0
-- $2 = 2024-01-01
SELECT patient_id, CAST(CASE WHEN (CAST($1 AS BIGINT) < x1) THEN CAST(NULL AS DATE) ELSE x2 END AS DATE) AS first, CAST(x3 AS BIGINT) AS soon, CAST(x4 AS BIGINT) AS total, CAST(CASE WHEN isfinite(CAST(x4 AS DOUBLE PRECISION) / CASE WHEN (CAST(x5 AS DOUBLE PRECISION) != 0) THEN CAST(x5 AS DOUBLE PRECISION) END) THEN CAST(x4 AS DOUBLE PRECISION) / CASE WHEN (CAST(x5 AS DOUBLE PRECISION) != 0) THEN CAST(x5 AS DOUBLE PRECISION) END END AS DOUBLE PRECISION) AS share, CAST((CAST(EXTRACT(year FROM CAST($2 AS DATE)) AS BIGINT) - CAST(EXTRACT(year FROM x6) AS BIGINT)) - CASE WHEN (CAST(EXTRACT(month FROM CAST($2 AS DATE)) AS BIGINT) - CAST(EXTRACT(month FROM x6) AS BIGINT) < 0 OR CAST(EXTRACT(month FROM CAST($2 AS DATE)) AS BIGINT) - CAST(EXTRACT(month FROM x6) AS BIGINT) = 0 AND CAST(EXTRACT(day FROM CAST($2 AS DATE)) AS BIGINT) < CAST(EXTRACT(day FROM x6) AS BIGINT)) THEN 1 ELSE 0 END AS BIGINT) AS age 
FROM (SELECT step_5_cohort_answers.patient_id AS patient_id, coalesce(step_5_cohort_answers.a1, 0) AS x1, step_5_cohort_answers.a2 AS x2, coalesce(step_5_cohort_answers.a3, 0) AS x3, step_5_cohort_answers.a4 AS x4, step_5_cohort_answers.a5 AS x5, step_5_cohort_answers.a6 AS x6 
FROM step_5_cohort_answers) AS layer_0;
