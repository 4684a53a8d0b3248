CREATE TEMPORARY TABLE step_1_columns (
	patient_id BIGINT, 
	born DATE, 
	score BIGINT
);

INSERT INTO step_1_columns (patient_id, born, score) SELECT rows.patient_id, rows.born, rows.score 
FROM patients AS rows 
WHERE rows.patient_id IS NOT NULL;

CREATE TEMPORARY TABLE step_2_population (
	patient_id BIGINT, 
	_number BIGINT
);

INSERT INTO step_2_population (patient_id, _number) SELECT patient_id, row_number() OVER (ORDER BY patient_id ASC NULLS FIRST) - 1 AS _number 
FROM (SELECT everyone.patient_id AS patient_id, step_1_columns.born AS x1 
FROM (SELECT mentioned.patient_id AS patient_id 
FROM (SELECT step_1_columns.patient_id AS patient_id 
FROM step_1_columns 
WHERE step_1_columns.patient_id IS NOT NULL) AS mentioned) AS everyone LEFT OUTER JOIN step_1_columns AS step_1_columns ON step_1_columns.patient_id = everyone.patient_id) AS layer_0 
WHERE (NOT (x1 IS NULL));

-- side by side as step_3_cohort_answers
SELECT step_2_population.patient_id 
FROM step_2_population ORDER BY step_2_population._number;

SELECT step_1_columns.patient_id, step_1_columns.born AS a1, step_1_columns.score AS a2 
FROM (SELECT people._number AS patient_id, step_1_columns.born AS born, step_1_columns.score AS score 
FROM step_1_columns AS step_1_columns JOIN step_2_population AS people ON people.patient_id = step_1_columns.patient_id) AS step_1_columns;

-- $1 = 1
SELECT patient_id, CAST(CASE WHEN (CASE WHEN (CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CAST($1 AS BIGINT) + 1 AS INTEGER)) AS DATE) < CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CAST($1 AS BIGINT) AS INTEGER)) AS DATE) + CAST(EXTRACT(day FROM x1) - 1 AS INTEGER)) THEN CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CAST($1 AS BIGINT) + 1 AS INTEGER)) AS DATE) ELSE CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CAST($1 AS BIGINT) AS INTEGER)) AS DATE) + CAST(EXTRACT(day FROM x1) - 1 AS INTEGER) END BETWEEN DATE '0001-01-01' AND DATE '9999-12-31') THEN CASE WHEN (CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CAST($1 AS BIGINT) + 1 AS INTEGER)) AS DATE) < CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CAST($1 AS BIGINT) AS INTEGER)) AS DATE) + CAST(EXTRACT(day FROM x1) - 1 AS INTEGER)) THEN CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CAST($1 AS BIGINT) + 1 AS INTEGER)) AS DATE) ELSE CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CAST($1 AS BIGINT) AS INTEGER)) AS DATE) + CAST(EXTRACT(day FROM x1) - 1 AS INTEGER) END END AS DATE) AS month, CAST(CASE WHEN (CASE WHEN (CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 + 1 AS INTEGER)) AS DATE) < CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 AS INTEGER)) AS DATE) + CAST(EXTRACT(day FROM x1) - 1 AS INTEGER)) THEN CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 + 1 AS INTEGER)) AS DATE) ELSE CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 AS INTEGER)) AS DATE) + CAST(EXTRACT(day FROM x1) - 1 AS INTEGER) END BETWEEN DATE '0001-01-01' AND DATE '9999-12-31') THEN CASE WHEN (CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 + 1 AS INTEGER)) AS DATE) < CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 AS INTEGER)) AS DATE) + CAST(EXTRACT(day FROM x1) - 1 AS INTEGER)) THEN CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 + 1 AS INTEGER)) AS DATE) ELSE CAST(CAST(date_trunc('month', x1) AS DATE) + to_months(CAST(CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 AS INTEGER)) AS DATE) + CAST(EXTRACT(day FROM x1) - 1 AS INTEGER) END END AS DATE) AS years 
FROM (SELECT step_3_cohort_answers.patient_id AS patient_id, step_3_cohort_answers.a1 AS x1, step_3_cohort_answers.a2 AS x2 
FROM step_3_cohort_answers) AS layer_0;
