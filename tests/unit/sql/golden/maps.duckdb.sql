CREATE TEMPORARY TABLE step_map_1 (
	_key VARCHAR, 
	_result BIGINT
);

-- 26 rows into step_map_1

CREATE TEMPORARY TABLE step_1_columns (
	patient_id BIGINT, 
	born DATE, 
	score BIGINT, 
	code VARCHAR
);

INSERT INTO step_1_columns (patient_id, born, score, code) SELECT rows.patient_id, rows.born, rows.score, rows.code 
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

CREATE TEMPORARY TABLE step_3_rows (
	patient_id BIGINT, 
	a1 BIGINT
);

-- $1 = 7
INSERT INTO step_3_rows (patient_id, a1) SELECT patient_id, count(1) AS a1 
FROM (SELECT patient_id, CASE WHEN (mapped_4._key IS NOT NULL) THEN mapped_4._result ELSE CAST(NULL AS BIGINT) END AS x2 
FROM (SELECT rows.patient_id AS patient_id, rows.code AS code 
FROM events AS rows JOIN step_2_population AS population ON population.patient_id = rows.patient_id) AS layer_0 LEFT OUTER JOIN step_map_1 AS mapped_4 ON mapped_4._key = code) AS layer_1 
WHERE (CAST($1 AS BIGINT) < x2) GROUP BY patient_id;

-- side by side as step_4_cohort_answers
SELECT step_2_population.patient_id 
FROM step_2_population ORDER BY step_2_population._number;

SELECT step_1_columns.patient_id, step_1_columns.score AS a1, step_1_columns.code AS a2 
FROM (SELECT people._number AS patient_id, step_1_columns.born AS born, step_1_columns.score AS score, step_1_columns.code AS code 
FROM step_1_columns AS step_1_columns JOIN step_2_population AS people ON people.patient_id = step_1_columns.patient_id) AS step_1_columns;

SELECT step_3_rows.patient_id, step_3_rows.a1 AS a3 
FROM (SELECT people._number AS patient_id, step_3_rows.a1 AS a1 
FROM step_3_rows AS step_3_rows JOIN step_2_population AS people ON people.patient_id = step_3_rows.patient_id) AS step_3_rows;

-- $1 = 1
-- $2 = 'one'
-- $3 = 2
-- $4 = 'many'
SELECT patient_id, CAST(CASE x2 WHEN CAST($1 AS BIGINT) THEN CAST($2 AS VARCHAR) WHEN CAST($3 AS BIGINT) THEN CAST(NULL AS VARCHAR) ELSE CAST($4 AS VARCHAR) END AS VARCHAR) AS short, CAST(x3 AS BIGINT) AS long, CAST(x4 AS BIGINT) AS choice 
FROM (SELECT patient_id, x2, x3, CASE WHEN (mapped_6._key IS NOT NULL) THEN mapped_6._result ELSE x2 END AS x4 
FROM (SELECT step_4_cohort_answers.patient_id AS patient_id, step_4_cohort_answers.a2 AS x1, step_4_cohort_answers.a1 AS x2, coalesce(step_4_cohort_answers.a3, 0) AS x3 
FROM step_4_cohort_answers) AS layer_0 LEFT OUTER JOIN step_map_1 AS mapped_6 ON mapped_6._key = x1) AS layer_1 ORDER BY patient_id ASC NULLS FIRST;
