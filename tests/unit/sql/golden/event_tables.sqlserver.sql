CREATE TABLE [#step_1_columns] (
	patient_id BIGINT, 
	born DATETIME, 
	score BIGINT
);

INSERT INTO [#step_1_columns] (patient_id, born, score) SELECT rows.patient_id, rows.born, rows.score 
FROM patients AS rows 
WHERE rows.patient_id IS NOT NULL;

CREATE TABLE [#step_2_population] (
	patient_id BIGINT
);

-- $1 = 1950-01-01
INSERT INTO [#step_2_population] (patient_id) SELECT patient_id 
FROM (SELECT everyone.patient_id AS patient_id, step_1_columns.born AS x1 
FROM (SELECT mentioned.patient_id AS patient_id 
FROM (SELECT [#step_1_columns].patient_id AS patient_id 
FROM [#step_1_columns] 
WHERE [#step_1_columns].patient_id IS NOT NULL) AS mentioned) AS everyone LEFT OUTER JOIN [#step_1_columns] AS step_1_columns ON step_1_columns.patient_id = everyone.patient_id) AS layer_0 
WHERE (CAST(%s AS DATETIME) <= x1);

SELECT patient_id, CAST(x1 AS BIGINT) AS a_name_that_is_longer_than_thirty_bytes 
FROM (SELECT population.patient_id AS patient_id, step_1_columns.score AS x1 
FROM [#step_2_population] AS population LEFT OUTER JOIN [#step_1_columns] AS step_1_columns ON step_1_columns.patient_id = population.patient_id) AS layer_0 ORDER BY patient_id ASC;

-- $1 = 2024-01-01
-- $2 = 2024-12-31
SELECT rows.patient_id, rows.date, rows.age, rows.ok 
FROM (SELECT patient_id, CAST(date AS DATETIME) AS date, CAST((CAST(DATEPART(year, date) AS BIGINT) - CAST(DATEPART(year, x3) AS BIGINT)) - CASE WHEN (CAST(DATEPART(month, date) AS BIGINT) - CAST(DATEPART(month, x3) AS BIGINT) < 0 OR CAST(DATEPART(month, date) AS BIGINT) - CAST(DATEPART(month, x3) AS BIGINT) = 0 AND CAST(DATEPART(day, date) AS BIGINT) < CAST(DATEPART(day, x3) AS BIGINT)) THEN 1 ELSE 0 END AS BIGINT) AS age, CAST(CASE WHEN (ok = 1) THEN 1 WHEN (ok != 1) THEN 0 END AS SMALLINT) AS ok 
FROM (SELECT rows.patient_id AS patient_id, rows.date AS date, step_1_columns.born AS x3, CASE WHEN (rows.ok = 1) THEN 1 WHEN (rows.ok != 1) THEN 0 END AS ok 
FROM events AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id LEFT OUTER JOIN [#step_1_columns] AS step_1_columns ON step_1_columns.patient_id = rows.patient_id) AS layer_0 
WHERE (CAST(%s AS DATETIME) <= date) AND (date <= CAST(%s AS DATETIME))) AS rows ORDER BY rows.patient_id ASC, rows.date ASC, rows.age ASC, rows.ok ASC;
