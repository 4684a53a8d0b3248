CREATE TABLE [#step_1_columns] (
	patient_id BIGINT, 
	born DATETIME, 
	name VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8, 
	score BIGINT
);

INSERT INTO [#step_1_columns] (patient_id, born, name, score) SELECT rows.patient_id, rows.born, rows.name, rows.score 
FROM patients AS rows 
WHERE rows.patient_id IS NOT NULL;

CREATE TABLE [#step_2_population] (
	patient_id BIGINT
);

-- $1 = 2000-01-01
-- $2 = "it's; --"
INSERT INTO [#step_2_population] (patient_id) SELECT patient_id 
FROM (SELECT everyone.patient_id AS patient_id, step_1_columns.born AS x1, step_1_columns.name AS x2 
FROM (SELECT mentioned.patient_id AS patient_id 
FROM (SELECT [#step_1_columns].patient_id AS patient_id 
FROM [#step_1_columns] 
WHERE [#step_1_columns].patient_id IS NOT NULL) AS mentioned) AS everyone LEFT OUTER JOIN [#step_1_columns] AS step_1_columns ON step_1_columns.patient_id = everyone.patient_id) AS layer_0 
WHERE ((x1 < CAST(%s AS DATETIME)) AND (x2 = CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8));

CREATE TABLE [#step_3_rows] (
	patient_id BIGINT, 
	a1 BIGINT, 
	a2 DATETIME
);

INSERT INTO [#step_3_rows] (patient_id, a1, a2) SELECT patient_id, COUNT_BIG(CASE WHEN (date IS NULL) THEN 1 END) AS a1, min(date) AS a2 
FROM (SELECT rows.patient_id AS patient_id, rows.date AS date 
FROM visits AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id) AS layer_0 GROUP BY patient_id;

CREATE TABLE [#step_4_rows] (
	patient_id BIGINT, 
	a1 BIGINT, 
	a2 BIGINT
);

-- $1 = 0
-- $2 = 30
-- $3 = 30
INSERT INTO [#step_4_rows] (patient_id, a1, a2) SELECT patient_id, COUNT_BIG(1) AS a1, TRY_CAST (SUM(CAST(number AS NUMERIC(38, 0))) AS BIGINT) AS a2 
FROM (SELECT patient_id, date, number, CASE WHEN (CAST(%s AS BIGINT) < x1) THEN CAST(NULL AS DATETIME) ELSE x2 END AS x5 
FROM (SELECT rows.patient_id AS patient_id, coalesce(step_3_rows.a1, 0) AS x1, step_3_rows.a2 AS x2, rows.date AS date, rows.number AS number 
FROM events AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id LEFT OUTER JOIN [#step_3_rows] AS step_3_rows ON step_3_rows.patient_id = rows.patient_id) AS layer_0) AS layer_1 
WHERE (x5 <= date) AND (date <= CASE WHEN (CAST(datediff(day, CAST('00010101' AS DATE), x5) AS BIGINT) + CAST(%s AS BIGINT) BETWEEN 0 AND 3652058) THEN DATEADD(day, CAST(CAST(%s AS BIGINT) AS INTEGER), x5) END) GROUP BY patient_id;

-- $1 = 0
-- $2 = 2024-01-01
-- $3 = 2024-01-01
-- $4 = 2024-01-01
-- $5 = 2024-01-01
SELECT patient_id, CAST(CASE WHEN (CAST(%s AS BIGINT) < x1) THEN CAST(NULL AS DATETIME) ELSE x2 END AS DATETIME) AS first, CAST(x3 AS BIGINT) AS soon, CAST(x4 AS BIGINT) AS total, CAST(CASE WHEN ((CASE WHEN (abs(CAST(x4 AS FLOAT(53))) < 3.054936363499605e-151) THEN 3.054936363499605e-151 ELSE abs(CAST(x4 AS FLOAT(53))) END * 7.458340731200207e-155) < (CASE WHEN (abs(CASE WHEN (CAST(x5 AS FLOAT(53)) != 0) THEN CAST(x5 AS FLOAT(53)) END) > 3.273390607896142e+150) THEN 3.273390607896142e+150 ELSE abs(CASE WHEN (CAST(x5 AS FLOAT(53)) != 0) THEN CAST(x5 AS FLOAT(53)) END) END * 1.3407807929942597e+154)) THEN CAST(x4 AS FLOAT(53)) / CASE WHEN (CAST(x5 AS FLOAT(53)) != 0) THEN CAST(x5 AS FLOAT(53)) END END AS FLOAT(53)) AS share, CAST((CAST(DATEPART(year, CAST(%s AS DATETIME)) AS BIGINT) - CAST(DATEPART(year, x6) AS BIGINT)) - CASE WHEN (CAST(DATEPART(month, CAST(%s AS DATETIME)) AS BIGINT) - CAST(DATEPART(month, x6) AS BIGINT) < 0 OR CAST(DATEPART(month, CAST(%s AS DATETIME)) AS BIGINT) - CAST(DATEPART(month, x6) AS BIGINT) = 0 AND CAST(DATEPART(day, CAST(%s AS DATETIME)) AS BIGINT) < CAST(DATEPART(day, x6) AS BIGINT)) THEN 1 ELSE 0 END AS BIGINT) AS age 
FROM (SELECT population.patient_id AS patient_id, coalesce(step_3_rows.a1, 0) AS x1, step_3_rows.a2 AS x2, coalesce(step_4_rows.a1, 0) AS x3, step_4_rows.a2 AS x4, step_1_columns.score AS x5, step_1_columns.born AS x6 
FROM [#step_2_population] AS population LEFT OUTER JOIN [#step_3_rows] AS step_3_rows ON step_3_rows.patient_id = population.patient_id LEFT OUTER JOIN [#step_4_rows] AS step_4_rows ON step_4_rows.patient_id = population.patient_id LEFT OUTER JOIN [#step_1_columns] AS step_1_columns ON step_1_columns.patient_id = population.patient_id) AS layer_0 ORDER BY patient_id ASC;
