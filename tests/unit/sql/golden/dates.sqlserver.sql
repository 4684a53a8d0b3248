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

INSERT INTO [#step_2_population] (patient_id) SELECT patient_id 
FROM (SELECT everyone.patient_id AS patient_id, step_1_columns.born AS x1 
FROM (SELECT mentioned.patient_id AS patient_id 
FROM (SELECT [#step_1_columns].patient_id AS patient_id 
FROM [#step_1_columns] 
WHERE [#step_1_columns].patient_id IS NOT NULL) AS mentioned) AS everyone LEFT OUTER JOIN [#step_1_columns] AS step_1_columns ON step_1_columns.patient_id = everyone.patient_id) AS layer_0 
WHERE (NOT (x1 IS NULL));

-- $1 = 1
-- $2 = 1
-- $3 = 1
-- $4 = 1
-- $5 = 1
-- $6 = 1
-- $7 = 1
SELECT patient_id, CAST(CASE WHEN (((CAST(DATEPART(year, x1) AS BIGINT) * 12 + CAST(DATEPART(month, x1) AS BIGINT)) - 13) + CAST(%s AS BIGINT) BETWEEN 0 AND 119987) THEN CASE WHEN (CASE WHEN (((CAST(DATEPART(year, x1) AS BIGINT) * 12 + CAST(DATEPART(month, x1) AS BIGINT)) - 13) + CAST(%s AS BIGINT) != 119987) THEN DATEADD(month, CAST(((CAST(DATEPART(year, x1) AS BIGINT) * 12 + CAST(DATEPART(month, x1) AS BIGINT)) - 13) + CAST(%s AS BIGINT) + 1 AS INTEGER), CAST('00010101' AS DATE)) END < DATEADD(day, CAST(CAST(DATEPART(day, x1) AS BIGINT) - 1 AS INTEGER), DATEADD(month, CAST(((CAST(DATEPART(year, x1) AS BIGINT) * 12 + CAST(DATEPART(month, x1) AS BIGINT)) - 13) + CAST(%s AS BIGINT) AS INTEGER), CAST('00010101' AS DATE)))) THEN CASE WHEN (((CAST(DATEPART(year, x1) AS BIGINT) * 12 + CAST(DATEPART(month, x1) AS BIGINT)) - 13) + CAST(%s AS BIGINT) != 119987) THEN DATEADD(month, CAST(((CAST(DATEPART(year, x1) AS BIGINT) * 12 + CAST(DATEPART(month, x1) AS BIGINT)) - 13) + CAST(%s AS BIGINT) + 1 AS INTEGER), CAST('00010101' AS DATE)) END ELSE DATEADD(day, CAST(CAST(DATEPART(day, x1) AS BIGINT) - 1 AS INTEGER), DATEADD(month, CAST(((CAST(DATEPART(year, x1) AS BIGINT) * 12 + CAST(DATEPART(month, x1) AS BIGINT)) - 13) + CAST(%s AS BIGINT) AS INTEGER), CAST('00010101' AS DATE))) END END AS DATETIME) AS month, CAST(CASE WHEN (((CAST(DATEPART(year, x1) AS BIGINT) * 12 + CAST(DATEPART(month, x1) AS BIGINT)) - 13) + CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 BETWEEN 0 AND 119987) THEN CASE WHEN (CASE WHEN (((CAST(DATEPART(year, x1) AS BIGINT) * 12 + CAST(DATEPART(month, x1) AS BIGINT)) - 13) + CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 != 119987) THEN DATEADD(month, CAST(((CAST(DATEPART(year, x1) AS BIGINT) * 12 + CAST(DATEPART(month, x1) AS BIGINT)) - 13) + CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 + 1 AS INTEGER), CAST('00010101' AS DATE)) END < DATEADD(day, CAST(CAST(DATEPART(day, x1) AS BIGINT) - 1 AS INTEGER), DATEADD(month, CAST(((CAST(DATEPART(year, x1) AS BIGINT) * 12 + CAST(DATEPART(month, x1) AS BIGINT)) - 13) + CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 AS INTEGER), CAST('00010101' AS DATE)))) THEN CASE WHEN (((CAST(DATEPART(year, x1) AS BIGINT) * 12 + CAST(DATEPART(month, x1) AS BIGINT)) - 13) + CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 != 119987) THEN DATEADD(month, CAST(((CAST(DATEPART(year, x1) AS BIGINT) * 12 + CAST(DATEPART(month, x1) AS BIGINT)) - 13) + CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 + 1 AS INTEGER), CAST('00010101' AS DATE)) END ELSE DATEADD(day, CAST(CAST(DATEPART(day, x1) AS BIGINT) - 1 AS INTEGER), DATEADD(month, CAST(((CAST(DATEPART(year, x1) AS BIGINT) * 12 + CAST(DATEPART(month, x1) AS BIGINT)) - 13) + CASE WHEN (x2 BETWEEN -10000 AND 10000) THEN x2 END * 12 AS INTEGER), CAST('00010101' AS DATE))) END END AS DATETIME) AS years 
FROM (SELECT population.patient_id AS patient_id, step_1_columns.born AS x1, step_1_columns.score AS x2 
FROM [#step_2_population] AS population LEFT OUTER JOIN [#step_1_columns] AS step_1_columns ON step_1_columns.patient_id = population.patient_id) AS layer_0 ORDER BY patient_id ASC;
