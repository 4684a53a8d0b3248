CREATE TEMPORARY TABLE step_1_columns (
	patient_id BIGINT, 
	born DATE, 
	score BIGINT
);

INSERT INTO step_1_columns (patient_id, born, score) SELECT rows.patient_id, rows.born, rows.score 
FROM patients AS rows 
WHERE rows.patient_id IS NOT NULL;

CREATE TEMPORARY TABLE step_2_population (
	patient_id BIGINT
);

INSERT INTO step_2_population (patient_id) SELECT patient_id 
FROM (SELECT everyone.patient_id AS patient_id, step_1_columns.born AS x1 
FROM (SELECT mentioned.patient_id AS patient_id 
FROM (SELECT step_1_columns.patient_id AS patient_id 
FROM step_1_columns 
WHERE step_1_columns.patient_id IS NOT NULL) AS mentioned) AS everyone LEFT OUTER JOIN step_1_columns AS step_1_columns ON step_1_columns.patient_id = everyone.patient_id) AS layer_0 
WHERE (NOT (x1 IS NULL));

-- $1 = 1
SELECT patient_id, CAST(least(CAST(DATE '0001-01-01' + make_interval(0, CAST(nullif(nullif(least(greatest(((CAST(EXTRACT(year FROM x1) AS BIGINT) * 12 + CAST(EXTRACT(month FROM x1) AS BIGINT)) - 13) + CAST($1 AS BIGINT), -1), 119988), 119988), -1) AS INTEGER)) AS DATE) + CAST(CAST(EXTRACT(day FROM x1) AS BIGINT) - 1 AS INTEGER), CAST(DATE '0001-01-01' + make_interval(0, CAST(nullif(nullif(least(greatest(((CAST(EXTRACT(year FROM x1) AS BIGINT) * 12 + CAST(EXTRACT(month FROM x1) AS BIGINT)) - 13) + CAST($1 AS BIGINT), -1), 119988), 119988), -1) + 1 AS INTEGER)) AS DATE)) AS DATE) AS month, CAST(least(CAST(DATE '0001-01-01' + make_interval(0, CAST(nullif(nullif(least(greatest(((CAST(EXTRACT(year FROM x1) AS BIGINT) * 12 + CAST(EXTRACT(month FROM x1) AS BIGINT)) - 13) + CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12, -1), 119988), 119988), -1) AS INTEGER)) AS DATE) + CAST(CAST(EXTRACT(day FROM x1) AS BIGINT) - 1 AS INTEGER), CAST(DATE '0001-01-01' + make_interval(0, CAST(nullif(nullif(least(greatest(((CAST(EXTRACT(year FROM x1) AS BIGINT) * 12 + CAST(EXTRACT(month FROM x1) AS BIGINT)) - 13) + CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12, -1), 119988), 119988), -1) + 1 AS INTEGER)) AS DATE)) AS DATE) AS years 
FROM (SELECT population.patient_id AS patient_id, step_1_columns.born AS x1, step_1_columns.score AS x2 
FROM step_2_population AS population LEFT OUTER JOIN step_1_columns AS step_1_columns ON step_1_columns.patient_id = population.patient_id) AS layer_0 ORDER BY patient_id ASC NULLS FIRST;
