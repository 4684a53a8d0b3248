CREATE TABLE [#step_interval_1] (
	_interval BIGINT, 
	p1 DATETIME, 
	p2 DATETIME, 
	p3 DATETIME, 
	_bit0 BIGINT
);

-- 12 rows into #step_interval_1

CREATE TABLE [#step_1_population] (
	patient_id BIGINT
);

INSERT INTO [#step_1_population] (patient_id) SELECT patient_id 
FROM (SELECT everyone.patient_id AS patient_id 
FROM (SELECT mentioned.patient_id AS patient_id 
FROM (SELECT DISTINCT patients.patient_id AS patient_id 
FROM patients 
WHERE patients.patient_id IS NOT NULL) AS mentioned) AS everyone) AS layer_0 
WHERE (1 = 1);

CREATE TABLE [#step_2_columns] (
	patient_id BIGINT, 
	born DATETIME, 
	smoker SMALLINT
);

INSERT INTO [#step_2_columns] (patient_id, born, smoker) SELECT rows.patient_id, rows.born, rows.smoker 
FROM patients AS rows JOIN [#step_1_population] AS population ON population.patient_id = rows.patient_id 
WHERE rows.patient_id IS NOT NULL;

CREATE TABLE [#step_3_rows] (
	patient_id BIGINT, 
	a1_0 BIGINT, 
	a2 BIGINT, 
	a3 BIGINT, 
	a4 BIGINT, 
	a5 BIGINT, 
	a6 BIGINT, 
	a7 BIGINT, 
	a8 BIGINT, 
	a9 BIGINT, 
	a10 BIGINT, 
	a11 BIGINT, 
	a12 BIGINT, 
	a13 BIGINT
);

-- $1 = 2024-01-01
-- $2 = 2024-01-31
-- $3 = 2024-02-01
-- $4 = 2024-02-29
-- $5 = 2024-03-01
-- $6 = 2024-03-31
-- $7 = 2024-04-01
-- $8 = 2024-04-30
-- $9 = 2024-05-01
-- $10 = 2024-05-31
-- $11 = 2024-06-01
-- $12 = 2024-06-30
-- $13 = 2024-07-01
-- $14 = 2024-07-31
-- $15 = 2024-08-01
-- $16 = 2024-08-31
-- $17 = 2024-09-01
-- $18 = 2024-09-30
-- $19 = 2024-10-01
-- $20 = 2024-10-31
-- $21 = 2024-11-01
-- $22 = 2024-11-30
-- $23 = 2024-12-01
-- $24 = 2024-12-31
-- $25 = 2024-07-31
-- $26 = 2024-03-31
-- $27 = 2024-01-31
-- $28 = 2023-12-31
-- $29 = 2024-02-29
-- $30 = 2024-05-31
-- $31 = 2024-04-30
-- $32 = 2024-06-30
-- $33 = 2024-11-30
-- $34 = 2024-09-30
-- $35 = 2024-08-31
-- $36 = 2024-10-31
-- $37 = 2024-08-31
-- $38 = 2024-04-30
-- $39 = 2024-02-29
-- $40 = 2024-01-31
-- $41 = 2024-03-31
-- $42 = 2024-06-30
-- $43 = 2024-05-31
-- $44 = 2024-07-31
-- $45 = 2024-12-31
-- $46 = 2024-10-31
-- $47 = 2024-09-30
-- $48 = 2024-11-30
INSERT INTO [#step_3_rows] (patient_id, a1_0, a2, a3, a4, a5, a6, a7, a8, a9, a10, a11, a12, a13) SELECT patient_id, coalesce(CAST(0 AS BIGINT) + max(_t1 & 1) + max(_t1 & 2) + max(_t1 & 4) + max(_t1 & 8) + max(_t1 & 16) + max(_t1 & 32) + max(_t1 & 64) + max(_t1 & 128) + max(_t1 & 256) + max(_t1 & 512) + max(_t1 & 1024) + max(_t1 & 2048), CAST(0 AS BIGINT)) AS a1_0, COUNT_BIG(CASE WHEN ((CAST(%s AS DATETIME) <= date) AND (date <= CAST(%s AS DATETIME))) THEN 1 END) AS a2, COUNT_BIG(CASE WHEN ((CAST(%s AS DATETIME) <= date) AND (date <= CAST(%s AS DATETIME))) THEN 1 END) AS a3, COUNT_BIG(CASE WHEN ((CAST(%s AS DATETIME) <= date) AND (date <= CAST(%s AS DATETIME))) THEN 1 END) AS a4, COUNT_BIG(CASE WHEN ((CAST(%s AS DATETIME) <= date) AND (date <= CAST(%s AS DATETIME))) THEN 1 END) AS a5, COUNT_BIG(CASE WHEN ((CAST(%s AS DATETIME) <= date) AND (date <= CAST(%s AS DATETIME))) THEN 1 END) AS a6, COUNT_BIG(CASE WHEN ((CAST(%s AS DATETIME) <= date) AND (date <= CAST(%s AS DATETIME))) THEN 1 END) AS a7, COUNT_BIG(CASE WHEN ((CAST(%s AS DATETIME) <= date) AND (date <= CAST(%s AS DATETIME))) THEN 1 END) AS a8, COUNT_BIG(CASE WHEN ((CAST(%s AS DATETIME) <= date) AND (date <= CAST(%s AS DATETIME))) THEN 1 END) AS a9, COUNT_BIG(CASE WHEN ((CAST(%s AS DATETIME) <= date) AND (date <= CAST(%s AS DATETIME))) THEN 1 END) AS a10, COUNT_BIG(CASE WHEN ((CAST(%s AS DATETIME) <= date) AND (date <= CAST(%s AS DATETIME))) THEN 1 END) AS a11, COUNT_BIG(CASE WHEN ((CAST(%s AS DATETIME) <= date) AND (date <= CAST(%s AS DATETIME))) THEN 1 END) AS a12, COUNT_BIG(CASE WHEN ((CAST(%s AS DATETIME) <= date) AND (date <= CAST(%s AS DATETIME))) THEN 1 END) AS a13 
FROM (SELECT layer_0.patient_id AS patient_id, layer_0.date AS date, CASE WHEN (date IS NULL) THEN CAST(0 AS BIGINT) ELSE CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CAST(0 AS BIGINT) ELSE CAST(1 AS BIGINT) END ELSE CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CAST(3 AS BIGINT) ELSE CAST(7 AS BIGINT) END END ELSE CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CAST(15 AS BIGINT) ELSE CAST(31 AS BIGINT) END ELSE CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CAST(63 AS BIGINT) ELSE CAST(127 AS BIGINT) END END END ELSE CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CAST(255 AS BIGINT) ELSE CAST(511 AS BIGINT) END ELSE CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CAST(1023 AS BIGINT) ELSE CAST(2047 AS BIGINT) END END ELSE CAST(4095 AS BIGINT) END END END & CASE WHEN (date IS NULL) THEN CAST(0 AS BIGINT) ELSE CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CAST(4095 AS BIGINT) ELSE CAST(4094 AS BIGINT) END ELSE CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CAST(4092 AS BIGINT) ELSE CAST(4088 AS BIGINT) END END ELSE CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CAST(4080 AS BIGINT) ELSE CAST(4064 AS BIGINT) END ELSE CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CAST(4032 AS BIGINT) ELSE CAST(3968 AS BIGINT) END END END ELSE CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CAST(3840 AS BIGINT) ELSE CAST(3584 AS BIGINT) END ELSE CASE WHEN (date <= CAST(%s AS DATETIME)) THEN CAST(3072 AS BIGINT) ELSE CAST(2048 AS BIGINT) END END ELSE CAST(0 AS BIGINT) END END END AS _t1 
FROM (SELECT rows.patient_id AS patient_id, rows.date AS date 
FROM events AS rows JOIN [#step_1_population] AS population ON population.patient_id = rows.patient_id) AS layer_0) AS below GROUP BY patient_id;

CREATE TABLE [#step_4_fold] (
	_patients BIGINT, 
	c1 SMALLINT, 
	c2 DATETIME, 
	c3 SMALLINT, 
	c4_0 BIGINT
);

-- $1 = 2006-08-01
-- $2 = 2006-04-01
-- $3 = 2006-02-01
-- $4 = 2006-01-01
-- $5 = 2006-01-01
-- $6 = 2006-02-01
-- $7 = 2006-03-01
-- $8 = 2006-03-01
-- $9 = 2006-04-01
-- $10 = 2006-06-01
-- $11 = 2006-05-01
-- $12 = 2006-05-01
-- $13 = 2006-06-01
-- $14 = 2006-07-01
-- $15 = 2006-07-01
-- $16 = 2006-08-01
-- $17 = 2006-12-01
-- $18 = 2006-10-01
-- $19 = 2006-09-01
-- $20 = 2006-09-01
-- $21 = 2006-10-01
-- $22 = 2006-11-01
-- $23 = 2006-11-01
-- $24 = 2006-12-01
-- $25 = 2006-12-02
-- $26 = 2006-08-01
-- $27 = 2006-04-01
-- $28 = 2006-02-01
-- $29 = 2006-01-01
-- $30 = 2006-01-01
-- $31 = 2006-02-01
-- $32 = 2006-03-01
-- $33 = 2006-03-01
-- $34 = 2006-04-01
-- $35 = 2006-06-01
-- $36 = 2006-05-01
-- $37 = 2006-05-01
-- $38 = 2006-06-01
-- $39 = 2006-07-01
-- $40 = 2006-07-01
-- $41 = 2006-08-01
-- $42 = 2006-12-01
-- $43 = 2006-10-01
-- $44 = 2006-09-01
-- $45 = 2006-09-01
-- $46 = 2006-10-01
-- $47 = 2006-11-01
-- $48 = 2006-11-01
-- $49 = 2006-12-01
-- $50 = 2006-12-02
INSERT INTO [#step_4_fold] (_patients, c1, c2, c3, c4_0) SELECT CAST(COUNT_BIG(*) AS BIGINT) AS _patients, CASE WHEN (step_2_columns.patient_id IS NOT NULL) THEN 1 WHEN (step_2_columns.patient_id IS NULL) THEN 0 END AS c1, CASE WHEN (step_2_columns.born IS NULL) THEN CAST(NULL AS DATETIME) ELSE CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CAST(%s AS DATETIME) ELSE CAST(%s AS DATETIME) END ELSE CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CAST(%s AS DATETIME) ELSE CAST(%s AS DATETIME) END END ELSE CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CAST(%s AS DATETIME) ELSE CAST(%s AS DATETIME) END ELSE CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CAST(%s AS DATETIME) ELSE CAST(%s AS DATETIME) END END END ELSE CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CAST(%s AS DATETIME) ELSE CAST(%s AS DATETIME) END ELSE CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CAST(%s AS DATETIME) ELSE CAST(%s AS DATETIME) END END ELSE CAST(%s AS DATETIME) END END END AS c2, CASE WHEN (step_2_columns.smoker = 1) THEN 1 WHEN (step_2_columns.smoker != 1) THEN 0 END AS c3, coalesce(step_3_rows.a1_0, 0) AS c4_0 
FROM [#step_1_population] AS population LEFT OUTER JOIN [#step_2_columns] AS step_2_columns ON step_2_columns.patient_id = population.patient_id LEFT OUTER JOIN [#step_3_rows] AS step_3_rows ON step_3_rows.patient_id = population.patient_id GROUP BY CASE WHEN (step_2_columns.patient_id IS NOT NULL) THEN 1 WHEN (step_2_columns.patient_id IS NULL) THEN 0 END, CASE WHEN (step_2_columns.born IS NULL) THEN CAST(NULL AS DATETIME) ELSE CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CAST(%s AS DATETIME) ELSE CAST(%s AS DATETIME) END ELSE CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CAST(%s AS DATETIME) ELSE CAST(%s AS DATETIME) END END ELSE CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CAST(%s AS DATETIME) ELSE CAST(%s AS DATETIME) END ELSE CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CAST(%s AS DATETIME) ELSE CAST(%s AS DATETIME) END END END ELSE CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CAST(%s AS DATETIME) ELSE CAST(%s AS DATETIME) END ELSE CASE WHEN (step_2_columns.born <= CAST(%s AS DATETIME)) THEN CAST(%s AS DATETIME) ELSE CAST(%s AS DATETIME) END END ELSE CAST(%s AS DATETIME) END END END, CASE WHEN (step_2_columns.smoker = 1) THEN 1 WHEN (step_2_columns.smoker != 1) THEN 0 END, coalesce(step_3_rows.a1_0, 0);

CREATE TABLE [#step_4_fold_twice] (
	patients BIGINT
);

INSERT INTO [#step_4_fold_twice] (patients) SELECT TRY_CAST (SUM(CAST([#step_4_fold]._patients AS NUMERIC(38, 0))) AS BIGINT) - (SELECT CAST(COUNT_BIG(*) AS BIGINT) AS count_1 
FROM [#step_1_population] AS population) AS patients 
FROM [#step_4_fold];

CREATE TABLE [#step_family_1_at_once] (
	interval BIGINT, 
	d BIGINT, 
	patients BIGINT, 
	n1 BIGINT, 
	p1 BIGINT, 
	g1 SMALLINT
);

-- $1 = 1
-- $2 = 1
-- $3 = 0
INSERT INTO [#step_family_1_at_once] (interval, d, patients, n1, p1, g1) SELECT counted._interval AS interval, TRY_CAST (SUM(CAST(counted.d * counted._patients AS NUMERIC(38, 0))) AS BIGINT) AS d, TRY_CAST (SUM(CAST(counted._patients AS NUMERIC(38, 0))) AS BIGINT) AS patients, TRY_CAST (SUM(CAST(counted.n1 * counted._patients AS NUMERIC(38, 0))) AS BIGINT) AS n1, TRY_CAST (SUM(CAST(CASE WHEN (counted.n1 != 0) THEN counted._patients ELSE 0 END AS NUMERIC(38, 0))) AS BIGINT) AS p1, counted.g1 
FROM (SELECT CAST(%s AS BIGINT) AS d, CASE WHEN (x4 = 1) THEN CAST(%s AS BIGINT) ELSE CAST(%s AS BIGINT) END AS n1, CASE WHEN (x5 = 1) THEN 1 WHEN (x5 != 1) THEN 0 END AS g1, _interval, _patients 
FROM (SELECT spread._patients AS _patients, times._interval AS _interval, CASE WHEN (spread.c1 = 1) THEN 1 WHEN (spread.c1 != 1) THEN 0 END AS x1, spread.c2 AS x2, times.p1 AS x3, CASE WHEN ((spread.c4_0 & _bit0) != 0) THEN 1 WHEN ((spread.c4_0 & _bit0) = 0) THEN 0 END AS x4, CASE WHEN (spread.c3 = 1) THEN 1 WHEN (spread.c3 != 1) THEN 0 END AS x5 
FROM [#step_4_fold] AS spread JOIN [#step_interval_1] AS times ON 1 = 1) AS layer_0 
WHERE (x1 = 1 AND (x2 <= x3))) AS counted GROUP BY counted._interval, counted.g1;

CREATE TABLE [#step_family_2_at_once] (
	interval BIGINT, 
	d BIGINT, 
	patients BIGINT
);

-- $1 = 1
INSERT INTO [#step_family_2_at_once] (interval, d, patients) SELECT counted._interval AS interval, TRY_CAST (SUM(CAST(counted.d * counted._patients AS NUMERIC(38, 0))) AS BIGINT) AS d, TRY_CAST (SUM(CAST(counted._patients AS NUMERIC(38, 0))) AS BIGINT) AS patients 
FROM (SELECT CAST(%s AS BIGINT) AS d, _interval, _patients 
FROM (SELECT spread._patients AS _patients, times._interval AS _interval, CASE WHEN (spread.c1 = 1) THEN 1 WHEN (spread.c1 != 1) THEN 0 END AS x1 
FROM [#step_4_fold] AS spread JOIN [#step_interval_1] AS times ON 1 = 1) AS layer_0 
WHERE x1 = 1) AS counted GROUP BY counted._interval;

DROP TABLE [#step_4_fold];

CREATE TABLE [#step_7_spread] (
	patient_id BIGINT, 
	c1 SMALLINT, 
	c2 BIGINT, 
	c3 BIGINT, 
	c4 BIGINT, 
	c5 BIGINT, 
	c6 BIGINT, 
	c7 BIGINT, 
	c8 BIGINT, 
	c9 BIGINT, 
	c10 BIGINT, 
	c11 BIGINT, 
	c12 BIGINT, 
	c13 BIGINT
);

INSERT INTO [#step_7_spread] (patient_id, c1, c2, c3, c4, c5, c6, c7, c8, c9, c10, c11, c12, c13) SELECT population.patient_id, CASE WHEN (step_2_columns.patient_id IS NOT NULL) THEN 1 WHEN (step_2_columns.patient_id IS NULL) THEN 0 END AS c1, coalesce(step_3_rows.a2, 0) AS c2, coalesce(step_3_rows.a3, 0) AS c3, coalesce(step_3_rows.a4, 0) AS c4, coalesce(step_3_rows.a5, 0) AS c5, coalesce(step_3_rows.a6, 0) AS c6, coalesce(step_3_rows.a7, 0) AS c7, coalesce(step_3_rows.a8, 0) AS c8, coalesce(step_3_rows.a9, 0) AS c9, coalesce(step_3_rows.a10, 0) AS c10, coalesce(step_3_rows.a11, 0) AS c11, coalesce(step_3_rows.a12, 0) AS c12, coalesce(step_3_rows.a13, 0) AS c13 
FROM [#step_1_population] AS population LEFT OUTER JOIN [#step_2_columns] AS step_2_columns ON step_2_columns.patient_id = population.patient_id LEFT OUTER JOIN [#step_3_rows] AS step_3_rows ON step_3_rows.patient_id = population.patient_id;

CREATE TABLE [#step_family_2_all] (
	interval BIGINT, 
	d BIGINT, 
	patients BIGINT, 
	n1 BIGINT, 
	p1 BIGINT
);

-- $1 = 1
-- $2 = 0
INSERT INTO [#step_family_2_all] (interval, d, patients, n1, p1) SELECT 1 AS interval, TRY_CAST (SUM(CAST(counted.d AS NUMERIC(38, 0))) AS BIGINT) AS d, COUNT_BIG(*) AS patients, TRY_CAST (SUM(CAST(counted.n1 AS NUMERIC(38, 0))) AS BIGINT) AS n1, COUNT_BIG(CASE WHEN (counted.n1 != 0) THEN 1 END) AS p1 
FROM (SELECT CAST(%s AS BIGINT) AS d, CASE WHEN (x2 IS NULL) THEN CAST(%s AS BIGINT) ELSE x2 END AS n1 
FROM (SELECT spread.patient_id AS patient_id, CASE WHEN (spread.c1 = 1) THEN 1 WHEN (spread.c1 != 1) THEN 0 END AS x1, spread.c2 AS x2 
FROM [#step_7_spread] AS spread) AS layer_0 
WHERE x1 = 1) AS counted 
HAVING COUNT_BIG(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO [#step_family_2_all] (interval, d, patients, n1, p1) SELECT 2 AS interval, TRY_CAST (SUM(CAST(counted.d AS NUMERIC(38, 0))) AS BIGINT) AS d, COUNT_BIG(*) AS patients, TRY_CAST (SUM(CAST(counted.n1 AS NUMERIC(38, 0))) AS BIGINT) AS n1, COUNT_BIG(CASE WHEN (counted.n1 != 0) THEN 1 END) AS p1 
FROM (SELECT CAST(%s AS BIGINT) AS d, CASE WHEN (x2 IS NULL) THEN CAST(%s AS BIGINT) ELSE x2 END AS n1 
FROM (SELECT spread.patient_id AS patient_id, CASE WHEN (spread.c1 = 1) THEN 1 WHEN (spread.c1 != 1) THEN 0 END AS x1, spread.c3 AS x2 
FROM [#step_7_spread] AS spread) AS layer_0 
WHERE x1 = 1) AS counted 
HAVING COUNT_BIG(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO [#step_family_2_all] (interval, d, patients, n1, p1) SELECT 3 AS interval, TRY_CAST (SUM(CAST(counted.d AS NUMERIC(38, 0))) AS BIGINT) AS d, COUNT_BIG(*) AS patients, TRY_CAST (SUM(CAST(counted.n1 AS NUMERIC(38, 0))) AS BIGINT) AS n1, COUNT_BIG(CASE WHEN (counted.n1 != 0) THEN 1 END) AS p1 
FROM (SELECT CAST(%s AS BIGINT) AS d, CASE WHEN (x2 IS NULL) THEN CAST(%s AS BIGINT) ELSE x2 END AS n1 
FROM (SELECT spread.patient_id AS patient_id, CASE WHEN (spread.c1 = 1) THEN 1 WHEN (spread.c1 != 1) THEN 0 END AS x1, spread.c4 AS x2 
FROM [#step_7_spread] AS spread) AS layer_0 
WHERE x1 = 1) AS counted 
HAVING COUNT_BIG(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO [#step_family_2_all] (interval, d, patients, n1, p1) SELECT 4 AS interval, TRY_CAST (SUM(CAST(counted.d AS NUMERIC(38, 0))) AS BIGINT) AS d, COUNT_BIG(*) AS patients, TRY_CAST (SUM(CAST(counted.n1 AS NUMERIC(38, 0))) AS BIGINT) AS n1, COUNT_BIG(CASE WHEN (counted.n1 != 0) THEN 1 END) AS p1 
FROM (SELECT CAST(%s AS BIGINT) AS d, CASE WHEN (x2 IS NULL) THEN CAST(%s AS BIGINT) ELSE x2 END AS n1 
FROM (SELECT spread.patient_id AS patient_id, CASE WHEN (spread.c1 = 1) THEN 1 WHEN (spread.c1 != 1) THEN 0 END AS x1, spread.c5 AS x2 
FROM [#step_7_spread] AS spread) AS layer_0 
WHERE x1 = 1) AS counted 
HAVING COUNT_BIG(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO [#step_family_2_all] (interval, d, patients, n1, p1) SELECT 5 AS interval, TRY_CAST (SUM(CAST(counted.d AS NUMERIC(38, 0))) AS BIGINT) AS d, COUNT_BIG(*) AS patients, TRY_CAST (SUM(CAST(counted.n1 AS NUMERIC(38, 0))) AS BIGINT) AS n1, COUNT_BIG(CASE WHEN (counted.n1 != 0) THEN 1 END) AS p1 
FROM (SELECT CAST(%s AS BIGINT) AS d, CASE WHEN (x2 IS NULL) THEN CAST(%s AS BIGINT) ELSE x2 END AS n1 
FROM (SELECT spread.patient_id AS patient_id, CASE WHEN (spread.c1 = 1) THEN 1 WHEN (spread.c1 != 1) THEN 0 END AS x1, spread.c6 AS x2 
FROM [#step_7_spread] AS spread) AS layer_0 
WHERE x1 = 1) AS counted 
HAVING COUNT_BIG(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO [#step_family_2_all] (interval, d, patients, n1, p1) SELECT 6 AS interval, TRY_CAST (SUM(CAST(counted.d AS NUMERIC(38, 0))) AS BIGINT) AS d, COUNT_BIG(*) AS patients, TRY_CAST (SUM(CAST(counted.n1 AS NUMERIC(38, 0))) AS BIGINT) AS n1, COUNT_BIG(CASE WHEN (counted.n1 != 0) THEN 1 END) AS p1 
FROM (SELECT CAST(%s AS BIGINT) AS d, CASE WHEN (x2 IS NULL) THEN CAST(%s AS BIGINT) ELSE x2 END AS n1 
FROM (SELECT spread.patient_id AS patient_id, CASE WHEN (spread.c1 = 1) THEN 1 WHEN (spread.c1 != 1) THEN 0 END AS x1, spread.c7 AS x2 
FROM [#step_7_spread] AS spread) AS layer_0 
WHERE x1 = 1) AS counted 
HAVING COUNT_BIG(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO [#step_family_2_all] (interval, d, patients, n1, p1) SELECT 7 AS interval, TRY_CAST (SUM(CAST(counted.d AS NUMERIC(38, 0))) AS BIGINT) AS d, COUNT_BIG(*) AS patients, TRY_CAST (SUM(CAST(counted.n1 AS NUMERIC(38, 0))) AS BIGINT) AS n1, COUNT_BIG(CASE WHEN (counted.n1 != 0) THEN 1 END) AS p1 
FROM (SELECT CAST(%s AS BIGINT) AS d, CASE WHEN (x2 IS NULL) THEN CAST(%s AS BIGINT) ELSE x2 END AS n1 
FROM (SELECT spread.patient_id AS patient_id, CASE WHEN (spread.c1 = 1) THEN 1 WHEN (spread.c1 != 1) THEN 0 END AS x1, spread.c8 AS x2 
FROM [#step_7_spread] AS spread) AS layer_0 
WHERE x1 = 1) AS counted 
HAVING COUNT_BIG(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO [#step_family_2_all] (interval, d, patients, n1, p1) SELECT 8 AS interval, TRY_CAST (SUM(CAST(counted.d AS NUMERIC(38, 0))) AS BIGINT) AS d, COUNT_BIG(*) AS patients, TRY_CAST (SUM(CAST(counted.n1 AS NUMERIC(38, 0))) AS BIGINT) AS n1, COUNT_BIG(CASE WHEN (counted.n1 != 0) THEN 1 END) AS p1 
FROM (SELECT CAST(%s AS BIGINT) AS d, CASE WHEN (x2 IS NULL) THEN CAST(%s AS BIGINT) ELSE x2 END AS n1 
FROM (SELECT spread.patient_id AS patient_id, CASE WHEN (spread.c1 = 1) THEN 1 WHEN (spread.c1 != 1) THEN 0 END AS x1, spread.c9 AS x2 
FROM [#step_7_spread] AS spread) AS layer_0 
WHERE x1 = 1) AS counted 
HAVING COUNT_BIG(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO [#step_family_2_all] (interval, d, patients, n1, p1) SELECT 9 AS interval, TRY_CAST (SUM(CAST(counted.d AS NUMERIC(38, 0))) AS BIGINT) AS d, COUNT_BIG(*) AS patients, TRY_CAST (SUM(CAST(counted.n1 AS NUMERIC(38, 0))) AS BIGINT) AS n1, COUNT_BIG(CASE WHEN (counted.n1 != 0) THEN 1 END) AS p1 
FROM (SELECT CAST(%s AS BIGINT) AS d, CASE WHEN (x2 IS NULL) THEN CAST(%s AS BIGINT) ELSE x2 END AS n1 
FROM (SELECT spread.patient_id AS patient_id, CASE WHEN (spread.c1 = 1) THEN 1 WHEN (spread.c1 != 1) THEN 0 END AS x1, spread.c10 AS x2 
FROM [#step_7_spread] AS spread) AS layer_0 
WHERE x1 = 1) AS counted 
HAVING COUNT_BIG(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO [#step_family_2_all] (interval, d, patients, n1, p1) SELECT 10 AS interval, TRY_CAST (SUM(CAST(counted.d AS NUMERIC(38, 0))) AS BIGINT) AS d, COUNT_BIG(*) AS patients, TRY_CAST (SUM(CAST(counted.n1 AS NUMERIC(38, 0))) AS BIGINT) AS n1, COUNT_BIG(CASE WHEN (counted.n1 != 0) THEN 1 END) AS p1 
FROM (SELECT CAST(%s AS BIGINT) AS d, CASE WHEN (x2 IS NULL) THEN CAST(%s AS BIGINT) ELSE x2 END AS n1 
FROM (SELECT spread.patient_id AS patient_id, CASE WHEN (spread.c1 = 1) THEN 1 WHEN (spread.c1 != 1) THEN 0 END AS x1, spread.c11 AS x2 
FROM [#step_7_spread] AS spread) AS layer_0 
WHERE x1 = 1) AS counted 
HAVING COUNT_BIG(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO [#step_family_2_all] (interval, d, patients, n1, p1) SELECT 11 AS interval, TRY_CAST (SUM(CAST(counted.d AS NUMERIC(38, 0))) AS BIGINT) AS d, COUNT_BIG(*) AS patients, TRY_CAST (SUM(CAST(counted.n1 AS NUMERIC(38, 0))) AS BIGINT) AS n1, COUNT_BIG(CASE WHEN (counted.n1 != 0) THEN 1 END) AS p1 
FROM (SELECT CAST(%s AS BIGINT) AS d, CASE WHEN (x2 IS NULL) THEN CAST(%s AS BIGINT) ELSE x2 END AS n1 
FROM (SELECT spread.patient_id AS patient_id, CASE WHEN (spread.c1 = 1) THEN 1 WHEN (spread.c1 != 1) THEN 0 END AS x1, spread.c12 AS x2 
FROM [#step_7_spread] AS spread) AS layer_0 
WHERE x1 = 1) AS counted 
HAVING COUNT_BIG(*) > 0;

-- $1 = 1
-- $2 = 0
INSERT INTO [#step_family_2_all] (interval, d, patients, n1, p1) SELECT 12 AS interval, TRY_CAST (SUM(CAST(counted.d AS NUMERIC(38, 0))) AS BIGINT) AS d, COUNT_BIG(*) AS patients, TRY_CAST (SUM(CAST(counted.n1 AS NUMERIC(38, 0))) AS BIGINT) AS n1, COUNT_BIG(CASE WHEN (counted.n1 != 0) THEN 1 END) AS p1 
FROM (SELECT CAST(%s AS BIGINT) AS d, CASE WHEN (x2 IS NULL) THEN CAST(%s AS BIGINT) ELSE x2 END AS n1 
FROM (SELECT spread.patient_id AS patient_id, CASE WHEN (spread.c1 = 1) THEN 1 WHEN (spread.c1 != 1) THEN 0 END AS x1, spread.c13 AS x2 
FROM [#step_7_spread] AS spread) AS layer_0 
WHERE x1 = 1) AS counted 
HAVING COUNT_BIG(*) > 0;

SELECT counts._measure, counts._interval, counts.numerator, counts.denominator, counts.numerator_patients, counts.denominator_patients, counts.smoker 
FROM (SELECT CAST(0 AS BIGINT) AS _measure, [#step_family_1_at_once].interval AS _interval, [#step_family_1_at_once].n1 AS numerator, [#step_family_1_at_once].d AS denominator, [#step_family_1_at_once].p1 AS numerator_patients, [#step_family_1_at_once].patients AS denominator_patients, [#step_family_1_at_once].g1 AS smoker 
FROM [#step_family_1_at_once] UNION ALL SELECT CAST(1 AS BIGINT) AS _measure, [#step_family_2_at_once].interval AS _interval, CAST(0 AS BIGINT) AS numerator, [#step_family_2_at_once].d AS denominator, CAST(0 AS BIGINT) AS numerator_patients, [#step_family_2_at_once].patients AS denominator_patients, CAST(NULL AS SMALLINT) AS smoker 
FROM [#step_family_2_at_once] UNION ALL SELECT CAST(1 AS BIGINT) AS _measure, [#step_family_2_all].interval AS _interval, [#step_family_2_all].n1 AS numerator, CAST(0 AS BIGINT) AS denominator, [#step_family_2_all].p1 AS numerator_patients, CAST(0 AS BIGINT) AS denominator_patients, CAST(NULL AS SMALLINT) AS smoker 
FROM [#step_family_2_all] UNION ALL SELECT CAST(-1 AS BIGINT) AS _measure, CAST(0 AS BIGINT) AS _interval, [#step_4_fold_twice].patients AS numerator, CAST(0 AS BIGINT) AS denominator, CAST(0 AS BIGINT) AS numerator_patients, CAST(0 AS BIGINT) AS denominator_patients, CAST(NULL AS SMALLINT) AS smoker 
FROM [#step_4_fold_twice] 
WHERE [#step_4_fold_twice].patients > 0) AS counts;
