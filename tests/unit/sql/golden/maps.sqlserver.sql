CREATE TABLE [#step_map_1] (
	_key VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8, 
	_result BIGINT
);

-- 26 rows into #step_map_1

CREATE TABLE [#step_1_columns] (
	patient_id BIGINT, 
	born DATETIME, 
	score BIGINT, 
	code VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8
);

INSERT INTO [#step_1_columns] (patient_id, born, score, code) SELECT rows.patient_id, rows.born, rows.score, rows.code 
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

CREATE TABLE [#step_3_rows] (
	patient_id BIGINT, 
	a1 BIGINT
);

-- $1 = 7
INSERT INTO [#step_3_rows] (patient_id, a1) SELECT patient_id, COUNT_BIG(1) AS a1 
FROM (SELECT patient_id, CASE WHEN (mapped_4._key IS NOT NULL) THEN mapped_4._result ELSE CAST(NULL AS BIGINT) END AS x2 
FROM (SELECT rows.patient_id AS patient_id, rows.code AS code 
FROM events AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id) AS layer_0 LEFT OUTER JOIN [#step_map_1] AS mapped_4 ON mapped_4._key = code) AS layer_1 
WHERE (CAST(%s AS BIGINT) < x2) GROUP BY patient_id;

-- $1 = 1
-- $2 = 'one'
-- $3 = 2
-- $4 = 'many'
SELECT patient_id, CAST(CASE x2 WHEN CAST(%s AS BIGINT) THEN CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8 WHEN CAST(%s AS BIGINT) THEN CAST(NULL AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8 ELSE CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8 END AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8 AS short, CAST(x3 AS BIGINT) AS long, CAST(x4 AS BIGINT) AS choice 
FROM (SELECT patient_id, x2, x3, CASE WHEN (mapped_6._key IS NOT NULL) THEN mapped_6._result ELSE x2 END AS x4 
FROM (SELECT population.patient_id AS patient_id, step_1_columns.code AS x1, step_1_columns.score AS x2, coalesce(step_3_rows.a1, 0) AS x3 
FROM [#step_2_population] AS population LEFT OUTER JOIN [#step_1_columns] AS step_1_columns ON step_1_columns.patient_id = population.patient_id LEFT OUTER JOIN [#step_3_rows] AS step_3_rows ON step_3_rows.patient_id = population.patient_id) AS layer_0 LEFT OUTER JOIN [#step_map_1] AS mapped_6 ON mapped_6._key = x1) AS layer_1 ORDER BY patient_id ASC;
