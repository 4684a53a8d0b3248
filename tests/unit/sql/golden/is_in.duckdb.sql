CREATE TEMPORARY TABLE step_list_1 (
	value VARCHAR
);

-- 1001 rows into step_list_1

CREATE TEMPORARY TABLE step_1_columns (
	patient_id BIGINT, 
	code VARCHAR, 
	score BIGINT
);

INSERT INTO step_1_columns (patient_id, code, score) SELECT rows.patient_id, rows.code, rows.score 
FROM patients AS rows 
WHERE rows.patient_id IS NOT NULL;

CREATE TEMPORARY TABLE step_2_population (
	patient_id BIGINT, 
	_number BIGINT
);

-- $1 = '22298006'
-- $2 = '73211009'
INSERT INTO step_2_population (patient_id, _number) SELECT patient_id, row_number() OVER (ORDER BY patient_id ASC NULLS FIRST) - 1 AS _number 
FROM (SELECT everyone.patient_id AS patient_id, step_1_columns.code AS x1 
FROM (SELECT mentioned.patient_id AS patient_id 
FROM (SELECT step_1_columns.patient_id AS patient_id 
FROM step_1_columns 
WHERE step_1_columns.patient_id IS NOT NULL) AS mentioned) AS everyone LEFT OUTER JOIN step_1_columns AS step_1_columns ON step_1_columns.patient_id = everyone.patient_id) AS layer_0 
WHERE (x1 IN (CAST($1 AS VARCHAR), CAST($2 AS VARCHAR)));

CREATE TEMPORARY TABLE step_3_members (
	_owner BIGINT, 
	_member BIGINT
);

INSERT INTO step_3_members (_owner, _member) SELECT DISTINCT patient_id AS _owner, number AS _member 
FROM (SELECT rows.patient_id AS patient_id, rows.number AS number 
FROM events AS rows JOIN step_2_population AS population ON population.patient_id = rows.patient_id) AS layer_0 
WHERE number IS NOT NULL;

CREATE TEMPORARY TABLE step_4_rows (
	patient_id BIGINT
);

INSERT INTO step_4_rows (patient_id) SELECT patient_id 
FROM (SELECT rows.patient_id AS patient_id, rows.code AS code 
FROM events AS rows JOIN step_2_population AS population ON population.patient_id = rows.patient_id) AS layer_0 
WHERE (code IN (SELECT step_list_1.value 
FROM step_list_1)) GROUP BY patient_id;

-- side by side as step_5_cohort_answers
SELECT step_2_population.patient_id 
FROM step_2_population ORDER BY step_2_population._number;

SELECT step_4_rows.patient_id, true AS a1 
FROM (SELECT people._number AS patient_id 
FROM step_4_rows AS step_4_rows JOIN step_2_population AS people ON people.patient_id = step_4_rows.patient_id) AS step_4_rows;

SELECT step_1_columns.patient_id, step_1_columns.score AS a2 
FROM (SELECT people._number AS patient_id, step_1_columns.code AS code, step_1_columns.score AS score 
FROM step_1_columns AS step_1_columns JOIN step_2_population AS people ON people.patient_id = step_1_columns.patient_id) AS step_1_columns;

-- $1 = False
SELECT patient_id, CAST(x2 AS BOOLEAN) AS long, CAST(x3 AS BOOLEAN) AS among 
FROM (SELECT patient_id, x2, CASE WHEN (holders_3._holder IS NULL) THEN CAST($1 AS BOOLEAN) WHEN (x1 IS NULL) THEN CAST(NULL AS BOOLEAN) ELSE among_3._member IS NOT NULL END AS x3 
FROM (SELECT step_5_cohort_answers.patient_id AS patient_id, step_5_cohort_answers.a2 AS x1, step_5_cohort_answers.a1 IS NOT NULL AS x2 
FROM step_5_cohort_answers) AS layer_0 LEFT OUTER JOIN step_3_members AS among_3 ON among_3._owner = patient_id AND among_3._member = x1 LEFT OUTER JOIN (SELECT DISTINCT step_3_members._owner AS _holder 
FROM step_3_members) AS holders_3 ON holders_3._holder = patient_id) AS layer_1 ORDER BY patient_id ASC NULLS FIRST;
