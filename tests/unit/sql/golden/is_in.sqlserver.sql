CREATE TABLE [#step_list_1] (
	value VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8
);

-- 1001 rows into #step_list_1

CREATE TABLE [#step_1_columns] (
	patient_id BIGINT, 
	code VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8, 
	score BIGINT
);

INSERT INTO [#step_1_columns] (patient_id, code, score) SELECT rows.patient_id, rows.code, rows.score 
FROM patients AS rows 
WHERE rows.patient_id IS NOT NULL;

CREATE TABLE [#step_2_population] (
	patient_id BIGINT
);

-- $1 = '22298006'
-- $2 = '73211009'
INSERT INTO [#step_2_population] (patient_id) SELECT patient_id 
FROM (SELECT everyone.patient_id AS patient_id, step_1_columns.code AS x1 
FROM (SELECT mentioned.patient_id AS patient_id 
FROM (SELECT [#step_1_columns].patient_id AS patient_id 
FROM [#step_1_columns] 
WHERE [#step_1_columns].patient_id IS NOT NULL) AS mentioned) AS everyone LEFT OUTER JOIN [#step_1_columns] AS step_1_columns ON step_1_columns.patient_id = everyone.patient_id) AS layer_0 
WHERE (x1 IN (CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8, CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8));

CREATE TABLE [#step_3_members] (
	_owner BIGINT, 
	_member BIGINT
);

INSERT INTO [#step_3_members] (_owner, _member) SELECT DISTINCT patient_id AS _owner, number AS _member 
FROM (SELECT rows.patient_id AS patient_id, rows.number AS number 
FROM events AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id) AS layer_0 
WHERE number IS NOT NULL;

CREATE TABLE [#step_4_rows] (
	patient_id BIGINT
);

INSERT INTO [#step_4_rows] (patient_id) SELECT patient_id 
FROM (SELECT rows.patient_id AS patient_id, rows.code AS code 
FROM events AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id) AS layer_0 
WHERE (code IN (SELECT [#step_list_1].value 
FROM [#step_list_1])) GROUP BY patient_id;

SELECT patient_id, CAST(CASE WHEN (x2 = 1) THEN 1 WHEN (x2 != 1) THEN 0 END AS SMALLINT) AS long, CAST(CASE WHEN (x3 = 1) THEN 1 WHEN (x3 != 1) THEN 0 END AS SMALLINT) AS among 
FROM (SELECT patient_id, x2, CASE WHEN (CASE WHEN (holders_3._holder IS NULL) THEN CASE WHEN (0 = 1) THEN 1 WHEN (0 != 1) THEN 0 END WHEN (x1 IS NULL) THEN CASE WHEN (CAST(NULL AS SMALLINT) = 1) THEN 1 WHEN (CAST(NULL AS SMALLINT) != 1) THEN 0 END ELSE CASE WHEN (among_3._member IS NOT NULL) THEN 1 WHEN (among_3._member IS NULL) THEN 0 END END = 1) THEN 1 WHEN (CASE WHEN (holders_3._holder IS NULL) THEN CASE WHEN (0 = 1) THEN 1 WHEN (0 != 1) THEN 0 END WHEN (x1 IS NULL) THEN CASE WHEN (CAST(NULL AS SMALLINT) = 1) THEN 1 WHEN (CAST(NULL AS SMALLINT) != 1) THEN 0 END ELSE CASE WHEN (among_3._member IS NOT NULL) THEN 1 WHEN (among_3._member IS NULL) THEN 0 END END != 1) THEN 0 END AS x3 
FROM (SELECT population.patient_id AS patient_id, step_1_columns.score AS x1, CASE WHEN (step_4_rows.patient_id IS NOT NULL) THEN 1 WHEN (step_4_rows.patient_id IS NULL) THEN 0 END AS x2 
FROM [#step_2_population] AS population LEFT OUTER JOIN [#step_4_rows] AS step_4_rows ON step_4_rows.patient_id = population.patient_id LEFT OUTER JOIN [#step_1_columns] AS step_1_columns ON step_1_columns.patient_id = population.patient_id) AS layer_0 LEFT OUTER JOIN [#step_3_members] AS among_3 ON among_3._owner = patient_id AND among_3._member = x1 LEFT OUTER JOIN (SELECT DISTINCT [#step_3_members]._owner AS _holder 
FROM [#step_3_members]) AS holders_3 ON holders_3._holder = patient_id) AS layer_1 ORDER BY patient_id ASC;
