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
	patient_id BIGINT
);

-- $1 = 2000-01-01
-- $2 = "it's; --"
INSERT INTO step_2_population (patient_id) SELECT patient_id 
FROM (SELECT everyone.patient_id AS patient_id, step_1_columns.born AS x1, step_1_columns.name AS x2 
FROM (SELECT mentioned.patient_id AS patient_id 
FROM (SELECT DISTINCT step_1_columns.patient_id AS patient_id 
FROM step_1_columns 
WHERE step_1_columns.patient_id IS NOT NULL) AS mentioned) AS everyone LEFT OUTER JOIN step_1_columns AS step_1_columns ON step_1_columns.patient_id = everyone.patient_id) AS layer_0 
WHERE ((x1 < CAST($1 AS DATE)) AND (x2 = CAST($2 AS VARCHAR)));

CREATE TEMPORARY TABLE step_3_pick (
	patient_id BIGINT, 
	date DATE
);

INSERT INTO step_3_pick (patient_id, date) SELECT ranked.patient_id, ranked.date 
FROM (SELECT patient_id, date, row_number() OVER (PARTITION BY patient_id ORDER BY date ASC NULLS FIRST, date ASC NULLS FIRST, number ASC NULLS FIRST) AS place_of_row 
FROM (SELECT rows.patient_id AS patient_id, rows.date AS date, rows.number AS number 
FROM visits AS rows JOIN step_2_population AS population ON population.patient_id = rows.patient_id) AS layer_0) AS ranked 
WHERE ranked.place_of_row = 1;

CREATE TEMPORARY TABLE step_4_rows (
	patient_id BIGINT, 
	a1 BIGINT, 
	a2 BIGINT
);

-- $1 = 30
INSERT INTO step_4_rows (patient_id, a1, a2) SELECT patient_id, count(1) AS a1, TRY_CAST(sum(number) AS BIGINT) AS a2 
FROM (SELECT rows.patient_id AS patient_id, step_3_pick.date AS x1, rows.date AS date, rows.number AS number 
FROM events AS rows JOIN step_2_population AS population ON population.patient_id = rows.patient_id LEFT OUTER JOIN step_3_pick AS step_3_pick ON step_3_pick.patient_id = rows.patient_id) AS layer_0 
WHERE (x1 <= date) AND (date <= CASE WHEN (x1 + CAST(CAST($1 AS BIGINT) AS INTEGER) BETWEEN DATE '0001-01-01' AND DATE '9999-12-31') THEN x1 + CAST(CAST($1 AS BIGINT) AS INTEGER) END) GROUP BY patient_id;

-- $1 = 2024-01-01
SELECT patient_id, CAST(x1 AS DATE) AS first, CAST(x2 AS BIGINT) AS soon, CAST(x3 AS BIGINT) AS total, CAST(CASE WHEN isfinite(CAST(x3 AS DOUBLE PRECISION) / CASE WHEN (CAST(x4 AS DOUBLE PRECISION) != 0) THEN CAST(x4 AS DOUBLE PRECISION) END) THEN CAST(x3 AS DOUBLE PRECISION) / CASE WHEN (CAST(x4 AS DOUBLE PRECISION) != 0) THEN CAST(x4 AS DOUBLE PRECISION) END END AS DOUBLE PRECISION) AS share, CAST((CAST(EXTRACT(year FROM CAST($1 AS DATE)) AS BIGINT) - CAST(EXTRACT(year FROM x5) AS BIGINT)) - CASE WHEN (CAST(EXTRACT(month FROM CAST($1 AS DATE)) AS BIGINT) - CAST(EXTRACT(month FROM x5) AS BIGINT) < 0 OR CAST(EXTRACT(month FROM CAST($1 AS DATE)) AS BIGINT) - CAST(EXTRACT(month FROM x5) AS BIGINT) = 0 AND CAST(EXTRACT(day FROM CAST($1 AS DATE)) AS BIGINT) < CAST(EXTRACT(day FROM x5) AS BIGINT)) THEN 1 ELSE 0 END AS BIGINT) AS age 
FROM (SELECT population.patient_id AS patient_id, step_3_pick.date AS x1, coalesce(step_4_rows.a1, 0) AS x2, step_4_rows.a2 AS x3, step_1_columns.score AS x4, step_1_columns.born AS x5 
FROM step_2_population AS population LEFT OUTER JOIN step_3_pick AS step_3_pick ON step_3_pick.patient_id = population.patient_id LEFT OUTER JOIN step_4_rows AS step_4_rows ON step_4_rows.patient_id = population.patient_id LEFT OUTER JOIN step_1_columns AS step_1_columns ON step_1_columns.patient_id = population.patient_id) AS layer_0 ORDER BY patient_id ASC NULLS FIRST;
