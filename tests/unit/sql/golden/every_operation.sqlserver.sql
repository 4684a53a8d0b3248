CREATE TABLE [#step_1_columns] (
	patient_id BIGINT, 
	name VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8, 
	smoker SMALLINT, 
	score BIGINT, 
	other BIGINT, 
	ratio FLOAT(53), 
	second FLOAT(53), 
	drinker SMALLINT, 
	part VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8, 
	codes VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8, 
	code VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8, 
	born DATETIME, 
	seen DATETIME
);

INSERT INTO [#step_1_columns] (patient_id, name, smoker, score, other, ratio, second, drinker, part, codes, code, born, seen) SELECT rows.patient_id, rows.name, rows.smoker, rows.score, rows.other, rows.ratio, rows.second, rows.drinker, rows.part, rows.codes, rows.code, rows.born, rows.seen 
FROM patients AS rows 
WHERE rows.patient_id IS NOT NULL;

CREATE TABLE [#step_2_population] (
	patient_id BIGINT
);

-- $1 = "it's"
INSERT INTO [#step_2_population] (patient_id) SELECT patient_id 
FROM (SELECT everyone.patient_id AS patient_id, CASE WHEN (step_1_columns.patient_id IS NOT NULL) THEN 1 WHEN (step_1_columns.patient_id IS NULL) THEN 0 END AS x1, step_1_columns.name AS x2, CASE WHEN (step_1_columns.smoker = 1) THEN 1 WHEN (step_1_columns.smoker != 1) THEN 0 END AS x3 
FROM (SELECT mentioned.patient_id AS patient_id 
FROM (SELECT [#step_1_columns].patient_id AS patient_id 
FROM [#step_1_columns] 
WHERE [#step_1_columns].patient_id IS NOT NULL) AS mentioned) AS everyone LEFT OUTER JOIN [#step_1_columns] AS step_1_columns ON step_1_columns.patient_id = everyone.patient_id) AS layer_0 
WHERE ((x1 = 1 AND (NOT (x2 = CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8))) OR x3 = 1);

CREATE TABLE [#step_3_kept] (
	patient_id BIGINT, 
	date DATETIME, 
	number BIGINT, 
	ok SMALLINT, 
	text VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8, 
	value FLOAT(53)
);

INSERT INTO [#step_3_kept] (patient_id, date, number, ok, text, value) SELECT rows.patient_id AS patient_id, rows.date, rows.number, rows.ok, rows.text, rows.value 
FROM events AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id;

CREATE TABLE [#step_4_given] (
	patient_id BIGINT, 
	weight BIGINT
);

-- 2 rows into #step_4_given

CREATE TABLE [#step_5_made] (
	patient_id BIGINT
);

INSERT INTO [#step_5_made] (patient_id) SELECT patient_id 
FROM (SELECT rows.patient_id AS patient_id 
FROM events AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id) AS layer_0 UNION ALL SELECT patient_id 
FROM (SELECT rows.patient_id AS patient_id 
FROM visits AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id) AS layer_0;

CREATE TABLE [#step_6_made] (
	patient_id BIGINT
);

-- $1 = 7
INSERT INTO [#step_6_made] (patient_id) SELECT runs.patient_id 
FROM (SELECT told.patient_id AS patient_id, told.day AS day, SUM(told.begins) OVER (PARTITION BY told.patient_id ORDER BY told.day) AS run 
FROM (SELECT beside.patient_id AS patient_id, beside.day AS day, beside.before AS before, CASE WHEN (CAST(datediff(day, beside.before, beside.day) AS BIGINT) <= CAST(%s AS BIGINT)) THEN 0 ELSE 1 END AS begins 
FROM (SELECT dated.patient_id AS patient_id, dated.day AS day, lag(dated.day) OVER (PARTITION BY dated.patient_id ORDER BY dated.day) AS before 
FROM (SELECT patient_id, date AS day 
FROM (SELECT rows.patient_id AS patient_id, rows.date AS date 
FROM events AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id) AS layer_0) AS dated 
WHERE dated.day IS NOT NULL) AS beside) AS told) AS runs GROUP BY runs.patient_id, runs.run;

CREATE TABLE [#step_7_made] (
	_owner BIGINT, 
	_day DATETIME, 
	_its_area VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8
);

INSERT INTO [#step_7_made] (_owner, _day, _its_area) SELECT ranked.patient_id AS _owner, ranked._day, ranked.area AS _its_area 
FROM (SELECT asked.patient_id AS patient_id, asked._day AS _day, there.area AS area, row_number() OVER (PARTITION BY asked.patient_id, asked._day ORDER BY there._start DESC, there.area COLLATE Latin1_General_100_BIN2_UTF8 DESC, there.end_date DESC, there.rooms DESC, there.start_date DESC) AS _place 
FROM (SELECT DISTINCT days.patient_id AS patient_id, days._day AS _day 
FROM (SELECT patient_id, date AS _day 
FROM (SELECT rows.patient_id AS patient_id, rows.date AS date 
FROM events AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id) AS layer_0) AS days 
WHERE days._day IS NOT NULL) AS asked JOIN (SELECT patient_id, area, end_date, rooms, start_date, start_date AS _start, end_date AS _end 
FROM (SELECT rows.patient_id AS patient_id, rows.area AS area, rows.end_date AS end_date, rows.rooms AS rooms, rows.start_date AS start_date 
FROM addresses AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id) AS layer_0) AS there ON there.patient_id = asked.patient_id AND there._start <= asked._day AND (there._end IS NULL OR asked._day <= there._end)) AS ranked 
WHERE ranked._place = 1;

CREATE TABLE [#step_8_members] (
	_owner BIGINT, 
	_member BIGINT
);

INSERT INTO [#step_8_members] (_owner, _member) SELECT DISTINCT patient_id AS _owner, number AS _member 
FROM (SELECT rows.patient_id AS patient_id, rows.number AS number 
FROM [#step_3_kept] AS rows) AS layer_0 
WHERE number IS NOT NULL;

CREATE TABLE [#step_9_pick] (
	patient_id BIGINT, 
	number BIGINT
);

-- $1 = '22298006'
-- $2 = '73211009'
INSERT INTO [#step_9_pick] (patient_id, number) SELECT ranked.patient_id, ranked.number 
FROM (SELECT patient_id, number, row_number() OVER (PARTITION BY patient_id ORDER BY date DESC, code COLLATE Latin1_General_100_BIN2_UTF8 DESC, codes COLLATE Latin1_General_100_BIN2_UTF8 DESC, date DESC, number DESC, ok DESC, second DESC, text COLLATE Latin1_General_100_BIN2_UTF8 DESC, value DESC) AS _place 
FROM (SELECT rows.patient_id AS patient_id, rows.code AS code, rows.codes AS codes, rows.date AS date, rows.number AS number, rows.ok AS ok, rows.second AS second, rows.text AS text, rows.value AS value 
FROM events AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id) AS layer_0 
WHERE (code IN (CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8, CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8)) AND (CASE WHEN (ok = 1) THEN CASE WHEN (0 = 1) THEN 1 WHEN NOT (0 = 1) THEN 0 END ELSE CASE WHEN (1 = 1) THEN 1 WHEN NOT (1 = 1) THEN 0 END END = 1)) AS ranked 
WHERE ranked._place = 1;

CREATE TABLE [#step_10_rows] (
	patient_id BIGINT, 
	a1 BIGINT, 
	a2 BIGINT, 
	a3 FLOAT(53), 
	a4 FLOAT(53), 
	a5 DATETIME, 
	a6 VARCHAR(8000) COLLATE Latin1_General_100_BIN2_UTF8, 
	a7 SMALLINT, 
	a8 SMALLINT
);

-- $1 = 0.9
-- $2 = 0.9
-- $3 = 0.9
-- $4 = 0.9
-- $5 = 0.9
-- $6 = 0.9
-- $7 = 0.9
-- $8 = 0.9
-- $9 = 0.9
-- $10 = 0.9
-- $11 = 0.9
-- $12 = 0.9
-- $13 = 0.9
-- $14 = 0.9
-- $15 = 0.9
-- $16 = 0.9
-- $17 = 0.9
-- $18 = 0.9
INSERT INTO [#step_10_rows] (patient_id, a1, a2, a3, a4, a5, a6, a7, a8) SELECT patient_id, COUNT_BIG(DISTINCT number) AS a1, TRY_CAST (SUM(CAST(number AS NUMERIC(38, 0))) AS BIGINT) AS a2, CASE WHEN (max(abs(value)) >= 9.7453140114e+288) THEN CASE WHEN (abs(SUM((value * 5.421010862427522e-20))) < 9.7453140114e+288) THEN SUM((value * 5.421010862427522e-20)) * 1.8446744073709552e+19 END ELSE SUM(CASE WHEN (abs(value) < 9.7453140114e+288) THEN value END) END / CAST(nullif(COUNT_BIG(value), 0) AS FLOAT(53)) AS a3, CASE WHEN (CAST(max(_t3) - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53)) - floor(CAST(max(_t3) - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53))) = 0) THEN max(CASE WHEN (_t2 = floor(CAST(_t3 - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53))) + 1) THEN _t1 END) ELSE CASE WHEN ((max(CASE WHEN (_t2 = floor(CAST(_t3 - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53))) + 1) THEN _t1 END) * 0.5E0) + ((max(CASE WHEN (_t2 = floor(CAST(_t3 - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53))) + 2) THEN _t1 END) - max(CASE WHEN (_t2 = floor(CAST(_t3 - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53))) + 1) THEN _t1 END)) * (CAST(max(_t3) - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53)) - floor(CAST(max(_t3) - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53)))) * 0.5E0) < 8.98846567431158e+307 AND (max(CASE WHEN (_t2 = floor(CAST(_t3 - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53))) + 1) THEN _t1 END) * 0.5E0) + ((max(CASE WHEN (_t2 = floor(CAST(_t3 - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53))) + 2) THEN _t1 END) - max(CASE WHEN (_t2 = floor(CAST(_t3 - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53))) + 1) THEN _t1 END)) * (CAST(max(_t3) - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53)) - floor(CAST(max(_t3) - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53)))) * 0.5E0) > -8.98846567431158e+307) THEN max(CASE WHEN (_t2 = floor(CAST(_t3 - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53))) + 1) THEN _t1 END) + (max(CASE WHEN (_t2 = floor(CAST(_t3 - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53))) + 2) THEN _t1 END) - max(CASE WHEN (_t2 = floor(CAST(_t3 - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53))) + 1) THEN _t1 END)) * (CAST(max(_t3) - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53)) - floor(CAST(max(_t3) - 1 AS FLOAT(53)) * CAST(%s AS FLOAT(53)))) END END AS a4, min(date) AS a5, max(text COLLATE Latin1_General_100_BIN2_UTF8) AS a6, max(CASE WHEN (ok = 1) THEN 1 WHEN (ok != 1) THEN 0 END) AS a7, min(CASE WHEN (ok = 1) THEN 1 WHEN (ok != 1) THEN 0 END) AS a8 
FROM (SELECT layer_0.patient_id AS patient_id, layer_0.number AS number, layer_0.value AS value, layer_0.date AS date, layer_0.text AS text, layer_0.ok AS ok, CAST(value AS FLOAT(53)) AS _t1, row_number() OVER (PARTITION BY patient_id ORDER BY -CAST(value AS FLOAT(53)) DESC) AS _t2, COUNT_BIG(CAST(value AS FLOAT(53))) OVER (PARTITION BY patient_id) AS _t3 
FROM (SELECT rows.patient_id AS patient_id, rows.number AS number, rows.value AS value, rows.date AS date, rows.text AS text, CASE WHEN (rows.ok = 1) THEN 1 WHEN (rows.ok != 1) THEN 0 END AS ok 
FROM [#step_3_kept] AS rows) AS layer_0) AS below GROUP BY patient_id;

CREATE TABLE [#step_11_columns] (
	patient_id BIGINT, 
	weight BIGINT
);

INSERT INTO [#step_11_columns] (patient_id, weight) SELECT rows.patient_id, rows.weight 
FROM [#step_4_given] AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id 
WHERE rows.patient_id IS NOT NULL;

CREATE TABLE [#step_12_rows] (
	patient_id BIGINT, 
	a1 BIGINT
);

INSERT INTO [#step_12_rows] (patient_id, a1) SELECT patient_id, COUNT_BIG(1) AS a1 
FROM (SELECT rows.patient_id AS patient_id 
FROM [#step_5_made] AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id) AS layer_0 GROUP BY patient_id;

CREATE TABLE [#step_13_rows] (
	patient_id BIGINT, 
	a1 BIGINT
);

INSERT INTO [#step_13_rows] (patient_id, a1) SELECT patient_id, COUNT_BIG(1) AS a1 
FROM (SELECT rows.patient_id AS patient_id 
FROM [#step_6_made] AS rows JOIN [#step_2_population] AS population ON population.patient_id = rows.patient_id) AS layer_0 GROUP BY patient_id;

CREATE TABLE [#step_14_rows] (
	patient_id BIGINT, 
	a1 SMALLINT, 
	a2 BIGINT
);

-- $1 = 'north'
-- $2 = 'north'
INSERT INTO [#step_14_rows] (patient_id, a1, a2) SELECT patient_id, CASE WHEN (max(CASE WHEN (x2 = CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8) THEN 1 END) IS NOT NULL) THEN 1 WHEN (max(CASE WHEN (x2 = CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8) THEN 1 END) IS NULL) THEN 0 END AS a1, COUNT_BIG(CASE WHEN (x3 = 1) THEN 1 END) AS a2 
FROM (SELECT patient_id, held_2._its_area AS x2, CASE WHEN (held_2._day IS NOT NULL) THEN 1 WHEN (held_2._day IS NULL) THEN 0 END AS x3 
FROM (SELECT rows.patient_id AS patient_id, rows.date AS date 
FROM [#step_3_kept] AS rows) AS layer_0 LEFT OUTER JOIN [#step_7_made] AS held_2 ON held_2._owner = patient_id AND held_2._day = date) AS layer_1 GROUP BY patient_id;

-- $1 = 3
-- $2 = 3
-- $3 = 3
-- $4 = 3
-- $5 = 3
-- $6 = 3
-- $7 = 3
-- $8 = 3
-- $9 = 3
-- $10 = 3
-- $11 = 3
-- $12 = 3
-- $13 = 3
-- $14 = 3
-- $15 = 3
-- $16 = 3
-- $17 = 5
-- $18 = 0.5
-- $19 = 5
-- $20 = 0.5
-- $21 = 1
-- $22 = 2
-- $23 = 1
-- $24 = 2
-- $25 = '100%'
-- $26 = '100%'
-- $27 = '100%'
-- $28 = '100%'
-- $29 = 'E119'
-- $30 = 'I219'
-- $31 = 'E119'
-- $32 = 'I219'
-- $33 = '73211009'
-- $34 = 'a'
-- $35 = 'b'
-- $36 = 3
-- $37 = 'many'
-- $38 = 2020-01-01
-- $39 = 2020-01-01
-- $40 = 2020-01-01
-- $41 = 2020-01-01
-- $42 = 2020-01-01
-- $43 = 2020-01-01
-- $44 = -3
-- $45 = -3
-- $46 = 2.0
-- $47 = 2.0
-- $48 = 2.0
-- $49 = 2.0
-- $50 = 2.0
-- $51 = 2.0
-- $52 = 2.0
-- $53 = 2.0
-- $54 = 2.0
-- $55 = 2.0
-- $56 = 2.0
-- $57 = 2.0
-- $58 = 2.0
-- $59 = 2.0
-- $60 = 2.0
-- $61 = 2.0
-- $62 = 2.0
-- $63 = 2.0
-- $64 = 2.0
-- $65 = 1
-- $66 = 1
-- $67 = 1
-- $68 = 1
-- $69 = 1
-- $70 = 1
-- $71 = 1
-- $72 = 1
-- $73 = 2
SELECT patient_id, CAST(TRY_CAST (CAST(CASE WHEN (TRY_CAST (CAST(x27 AS NUMERIC(38, 0)) %% CAST(CASE WHEN (CAST(%s AS BIGINT) != 0) THEN CAST(%s AS BIGINT) END AS NUMERIC(38, 0)) AS BIGINT) < 0 AND CASE WHEN (CAST(%s AS BIGINT) != 0) THEN CAST(%s AS BIGINT) END > 0 OR TRY_CAST (CAST(x27 AS NUMERIC(38, 0)) %% CAST(CASE WHEN (CAST(%s AS BIGINT) != 0) THEN CAST(%s AS BIGINT) END AS NUMERIC(38, 0)) AS BIGINT) > 0 AND CASE WHEN (CAST(%s AS BIGINT) != 0) THEN CAST(%s AS BIGINT) END < 0) THEN TRY_CAST (CAST(x27 AS NUMERIC(38, 0)) - (CAST(x27 AS NUMERIC(38, 0)) %% CAST(CASE WHEN (CAST(%s AS BIGINT) != 0) THEN CAST(%s AS BIGINT) END AS NUMERIC(38, 0))) / CAST(CASE WHEN (CAST(%s AS BIGINT) != 0) THEN CAST(%s AS BIGINT) END AS NUMERIC(38, 0)) AS BIGINT) - 1 ELSE TRY_CAST (CAST(x27 AS NUMERIC(38, 0)) - (CAST(x27 AS NUMERIC(38, 0)) %% CAST(CASE WHEN (CAST(%s AS BIGINT) != 0) THEN CAST(%s AS BIGINT) END AS NUMERIC(38, 0))) / CAST(CASE WHEN (CAST(%s AS BIGINT) != 0) THEN CAST(%s AS BIGINT) END AS NUMERIC(38, 0)) AS BIGINT) END AS NUMERIC(38, 0)) + CAST(TRY_CAST (abs(CAST(TRY_CAST (-CAST(x1 AS NUMERIC(38, 0)) AS BIGINT) AS NUMERIC(38, 0))) AS BIGINT) AS NUMERIC(38, 0)) AS BIGINT) AS BIGINT) AS whole, CAST(CASE WHEN ((x28 * 0.5E0) + (x34 * 0.5E0) < 8.98846567431158e+307 AND (x28 * 0.5E0) + (x34 * 0.5E0) > -8.98846567431158e+307) THEN x28 + x34 END AS FLOAT(53)) AS decimal, CAST(TRY_CAST (CAST(CASE WHEN (x3 >= -9.223372036854776e+18 AND x3 < 9.223372036854776e+18) THEN TRY_CAST (round(x3, 0, 1) AS BIGINT) END AS NUMERIC(38, 0)) + CAST(CAST(CASE WHEN (x30 = 1) THEN 1 WHEN (x30 != 1) THEN 0 END AS BIGINT) AS NUMERIC(38, 0)) AS BIGINT) AS BIGINT) AS truncated, CAST(CASE WHEN ((x1 < CAST(%s AS BIGINT)) OR (x3 <= CAST(%s AS FLOAT(53))) OR (x9 IS NULL)) THEN 1 WHEN NOT ((x1 < CAST(%s AS BIGINT)) OR (x3 <= CAST(%s AS FLOAT(53))) OR (x9 IS NULL)) THEN 0 END AS SMALLINT) AS compared, CAST(CASE WHEN ((x1 IN (CAST(%s AS BIGINT), CAST(%s AS BIGINT))) OR x31 = 1) THEN 1 WHEN NOT ((x1 IN (CAST(%s AS BIGINT), CAST(%s AS BIGINT))) OR x31 = 1) THEN 0 END AS SMALLINT) AS listed, CAST(CASE WHEN ((charindex(CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8, x9 COLLATE Latin1_General_100_BIN2_UTF8) > 0 OR datalength(CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8) = 0 AND x9 IS NOT NULL) AND (charindex(x10, x9 COLLATE Latin1_General_100_BIN2_UTF8) = 1 OR datalength(x10) = 0 AND x9 IS NOT NULL)) THEN 1 WHEN NOT ((charindex(CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8, x9 COLLATE Latin1_General_100_BIN2_UTF8) > 0 OR datalength(CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8) = 0 AND x9 IS NOT NULL) AND (charindex(x10, x9 COLLATE Latin1_General_100_BIN2_UTF8) = 1 OR datalength(x10) = 0 AND x9 IS NOT NULL)) THEN 0 END AS SMALLINT) AS text, CAST(CASE WHEN (charindex(CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8, x11 COLLATE Latin1_General_100_BIN2_UTF8) > 0 OR charindex(CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8, x11 COLLATE Latin1_General_100_BIN2_UTF8) > 0) THEN 1 WHEN NOT (charindex(CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8, x11 COLLATE Latin1_General_100_BIN2_UTF8) > 0 OR charindex(CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8, x11 COLLATE Latin1_General_100_BIN2_UTF8) > 0) THEN 0 END AS SMALLINT) AS codes, CAST(CASE x12 WHEN CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8 THEN CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8 ELSE CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8 END AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8 AS mapped, CAST(CASE WHEN (CAST(%s AS BIGINT) < x1) THEN CAST(%s AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8 ELSE CAST(NULL AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8 END AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8 AS chosen, CAST(CASE WHEN (CASE WHEN (x7 IS NOT NULL AND (CAST(%s AS DATETIME) IS NULL OR x7 <= CAST(%s AS DATETIME))) THEN x7 ELSE CAST(%s AS DATETIME) END < CASE WHEN (x7 IS NOT NULL AND (x13 IS NULL OR x7 >= x13)) THEN x7 ELSE x13 END) THEN 1 WHEN NOT (CASE WHEN (x7 IS NOT NULL AND (CAST(%s AS DATETIME) IS NULL OR x7 <= CAST(%s AS DATETIME))) THEN x7 ELSE CAST(%s AS DATETIME) END < CASE WHEN (x7 IS NOT NULL AND (x13 IS NULL OR x7 >= x13)) THEN x7 ELSE x13 END) THEN 0 END AS SMALLINT) AS extremes, CAST(DATEFROMPARTS(DATEPART(year, x36), 1, 1) AS DATETIME) AS moved, CAST(TRY_CAST (CAST(TRY_CAST (CAST((CAST(DATEPART(year, x13) AS BIGINT) - CAST(DATEPART(year, x7) AS BIGINT)) - CASE WHEN (CAST(DATEPART(month, x13) AS BIGINT) - CAST(DATEPART(month, x7) AS BIGINT) < 0 OR CAST(DATEPART(month, x13) AS BIGINT) - CAST(DATEPART(month, x7) AS BIGINT) = 0 AND CAST(DATEPART(day, x13) AS BIGINT) < CAST(DATEPART(day, x7) AS BIGINT)) THEN 1 ELSE 0 END AS NUMERIC(38, 0)) + CAST(CAST(datediff(day, x7, x13) AS BIGINT) AS NUMERIC(38, 0)) AS BIGINT) AS NUMERIC(38, 0)) + CAST(CAST(DATEPART(month, x13) AS BIGINT) AS NUMERIC(38, 0)) AS BIGINT) AS BIGINT) AS age, CAST(x14 AS BIGINT) AS weight, CAST(x15 AS BIGINT) AS last, CAST(TRY_CAST (CAST(x16 AS NUMERIC(38, 0)) + CAST(x17 AS NUMERIC(38, 0)) AS BIGINT) AS BIGINT) AS many, CAST(CASE WHEN ((x33 * 0.5E0) + (x18 * 0.5E0) < 8.98846567431158e+307 AND (x33 * 0.5E0) + (x18 * 0.5E0) > -8.98846567431158e+307) THEN x33 + x18 END AS FLOAT(53)) AS sums, CAST(x19 AS FLOAT(53)) AS middle, CAST(x20 AS DATETIME) AS first_day, CAST(x21 AS VARCHAR(8000)) COLLATE Latin1_General_100_BIN2_UTF8 AS last_word, CAST(CASE WHEN (x22 = 1 AND x23 = 1) THEN 1 WHEN NOT (x22 = 1 AND x23 = 1) THEN 0 END AS SMALLINT) AS yes, CAST(x24 AS BIGINT) AS episodes, CAST(CASE WHEN (x25 = 1) THEN 1 WHEN (x25 != 1) THEN 0 END AS SMALLINT) AS north, CAST(x26 AS BIGINT) AS found 
FROM (SELECT patient_id, x1, x27, x3, x28, x34, x30, x31, x7, x33, x9, x10, x11, x12, x13, x14, x15, x16, x17, x18, x19, x20, x21, x22, x23, x24, x25, x26, CASE WHEN (CAST(datediff(day, CAST('00010101' AS DATE), x35) AS BIGINT) + CAST(%s AS BIGINT) BETWEEN 0 AND 3652058) THEN DATEADD(day, CAST(CAST(%s AS BIGINT) AS INTEGER), x35) END AS x36 
FROM (SELECT patient_id, x1, x27, x3, x28, x30, x31, x7, x33, x9, x10, x11, x12, x13, x14, x15, x16, x17, x18, x19, x20, x21, x22, x23, x24, x25, x26, CASE WHEN (CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) = 1.0E0) THEN CAST(x29 AS FLOAT(53)) WHEN (CAST(x29 AS FLOAT(53)) = 0.0E0 AND CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) < 0.0E0 OR CAST(x29 AS FLOAT(53)) < 0.0E0 AND floor(CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53))) != CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53))) THEN NULL WHEN ((CASE WHEN (CASE WHEN (CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) < -1e+300) THEN -1e+300 ELSE CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) END > 1e+300) THEN 1e+300 ELSE CASE WHEN (CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) < -1e+300) THEN -1e+300 ELSE CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) END END * log(nullif(abs(CAST(x29 AS FLOAT(53))), 0.0E0))) >= 709.79E0) THEN NULL WHEN ((CASE WHEN (CASE WHEN (CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) < -1e+300) THEN -1e+300 ELSE CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) END > 1e+300) THEN 1e+300 ELSE CASE WHEN (CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) < -1e+300) THEN -1e+300 ELSE CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) END END * log(nullif(abs(CAST(x29 AS FLOAT(53))), 0.0E0))) >= 709.78E0) THEN CASE WHEN (power(abs(CAST(x29 AS FLOAT(53))), (CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) * 0.5E0)) < 1.3407807929942597e+154) THEN power(CAST(x29 AS FLOAT(53)), CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53))) END WHEN ((CASE WHEN (CASE WHEN (CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) < -1e+300) THEN -1e+300 ELSE CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) END > 1e+300) THEN 1e+300 ELSE CASE WHEN (CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) < -1e+300) THEN -1e+300 ELSE CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53)) END END * log(nullif(abs(CAST(x29 AS FLOAT(53))), 0.0E0))) <= -745.13321910194E0) THEN 0.0E0 ELSE power(CAST(x29 AS FLOAT(53)), CAST(CAST(%s AS FLOAT(53)) AS FLOAT(53))) END AS x34, CASE WHEN (((CAST(DATEPART(year, x32) AS BIGINT) * 12 + CAST(DATEPART(month, x32) AS BIGINT)) - 13) + CAST(%s AS BIGINT) * 12 BETWEEN 0 AND 119987) THEN CASE WHEN (CASE WHEN (((CAST(DATEPART(year, x32) AS BIGINT) * 12 + CAST(DATEPART(month, x32) AS BIGINT)) - 13) + CAST(%s AS BIGINT) * 12 != 119987) THEN DATEADD(month, CAST(((CAST(DATEPART(year, x32) AS BIGINT) * 12 + CAST(DATEPART(month, x32) AS BIGINT)) - 13) + CAST(%s AS BIGINT) * 12 + 1 AS INTEGER), CAST('00010101' AS DATE)) END < DATEADD(day, CAST(CAST(DATEPART(day, x32) AS BIGINT) - 1 AS INTEGER), DATEADD(month, CAST(((CAST(DATEPART(year, x32) AS BIGINT) * 12 + CAST(DATEPART(month, x32) AS BIGINT)) - 13) + CAST(%s AS BIGINT) * 12 AS INTEGER), CAST('00010101' AS DATE)))) THEN CASE WHEN (((CAST(DATEPART(year, x32) AS BIGINT) * 12 + CAST(DATEPART(month, x32) AS BIGINT)) - 13) + CAST(%s AS BIGINT) * 12 != 119987) THEN DATEADD(month, CAST(((CAST(DATEPART(year, x32) AS BIGINT) * 12 + CAST(DATEPART(month, x32) AS BIGINT)) - 13) + CAST(%s AS BIGINT) * 12 + 1 AS INTEGER), CAST('00010101' AS DATE)) END ELSE DATEADD(day, CAST(CAST(DATEPART(day, x32) AS BIGINT) - 1 AS INTEGER), DATEADD(month, CAST(((CAST(DATEPART(year, x32) AS BIGINT) * 12 + CAST(DATEPART(month, x32) AS BIGINT)) - 13) + CAST(%s AS BIGINT) * 12 AS INTEGER), CAST('00010101' AS DATE))) END END AS x35 
FROM (SELECT patient_id, x1, x3, x7, x9, x10, x11, x12, x13, x14, x15, x16, x17, x18, x19, x20, x21, x22, x23, x24, x25, x26, TRY_CAST (CAST(TRY_CAST (CAST(x1 AS NUMERIC(38, 0)) + CAST(CAST(%s AS BIGINT) AS NUMERIC(38, 0)) AS BIGINT) AS NUMERIC(38, 0)) - CAST(TRY_CAST (CAST(x2 AS NUMERIC(38, 0)) * CAST(CAST(%s AS BIGINT) AS NUMERIC(38, 0)) AS BIGINT) AS NUMERIC(38, 0)) AS BIGINT) AS x27, CASE WHEN ((CASE WHEN (abs(CAST(x3 AS FLOAT(53))) < 3.054936363499605e-151) THEN 3.054936363499605e-151 ELSE abs(CAST(x3 AS FLOAT(53))) END * 7.458340731200207e-155) < (CASE WHEN (abs(CASE WHEN (CAST(x4 AS FLOAT(53)) != 0) THEN CAST(x4 AS FLOAT(53)) END) > 3.273390607896142e+150) THEN 3.273390607896142e+150 ELSE abs(CASE WHEN (CAST(x4 AS FLOAT(53)) != 0) THEN CAST(x4 AS FLOAT(53)) END) END * 1.3407807929942597e+154)) THEN CAST(x3 AS FLOAT(53)) / CASE WHEN (CAST(x4 AS FLOAT(53)) != 0) THEN CAST(x4 AS FLOAT(53)) END END AS x28, CAST(x1 AS FLOAT(53)) AS x29, CASE WHEN (CASE WHEN (x5 = 1) THEN 1 WHEN (x5 != 1) THEN 0 END = CASE WHEN (x6 = 1) THEN 1 WHEN (x6 != 1) THEN 0 END) THEN 1 WHEN NOT (CASE WHEN (x5 = 1) THEN 1 WHEN (x5 != 1) THEN 0 END = CASE WHEN (x6 = 1) THEN 1 WHEN (x6 != 1) THEN 0 END) THEN 0 END AS x30, CASE WHEN (CASE WHEN (holders_34._holder IS NULL) THEN CASE WHEN (0 = 1) THEN 1 WHEN (0 != 1) THEN 0 END WHEN (x1 IS NULL) THEN CASE WHEN (CAST(NULL AS SMALLINT) = 1) THEN 1 WHEN (CAST(NULL AS SMALLINT) != 1) THEN 0 END ELSE CASE WHEN (among_34._member IS NOT NULL) THEN 1 WHEN (among_34._member IS NULL) THEN 0 END END = 1) THEN 1 WHEN (CASE WHEN (holders_34._holder IS NULL) THEN CASE WHEN (0 = 1) THEN 1 WHEN (0 != 1) THEN 0 END WHEN (x1 IS NULL) THEN CASE WHEN (CAST(NULL AS SMALLINT) = 1) THEN 1 WHEN (CAST(NULL AS SMALLINT) != 1) THEN 0 END ELSE CASE WHEN (among_34._member IS NOT NULL) THEN 1 WHEN (among_34._member IS NULL) THEN 0 END END != 1) THEN 0 END AS x31, CASE WHEN (((CAST(DATEPART(year, x7) AS BIGINT) * 12 + CAST(DATEPART(month, x7) AS BIGINT)) - 13) + CASE WHEN (x1 BETWEEN -120000 AND 120000) THEN x1 END BETWEEN 0 AND 119987) THEN CASE WHEN (CASE WHEN (((CAST(DATEPART(year, x7) AS BIGINT) * 12 + CAST(DATEPART(month, x7) AS BIGINT)) - 13) + CASE WHEN (x1 BETWEEN -120000 AND 120000) THEN x1 END != 119987) THEN DATEADD(month, CAST(((CAST(DATEPART(year, x7) AS BIGINT) * 12 + CAST(DATEPART(month, x7) AS BIGINT)) - 13) + CASE WHEN (x1 BETWEEN -120000 AND 120000) THEN x1 END + 1 AS INTEGER), CAST('00010101' AS DATE)) END < DATEADD(day, CAST(CAST(DATEPART(day, x7) AS BIGINT) - 1 AS INTEGER), DATEADD(month, CAST(((CAST(DATEPART(year, x7) AS BIGINT) * 12 + CAST(DATEPART(month, x7) AS BIGINT)) - 13) + CASE WHEN (x1 BETWEEN -120000 AND 120000) THEN x1 END AS INTEGER), CAST('00010101' AS DATE)))) THEN CASE WHEN (((CAST(DATEPART(year, x7) AS BIGINT) * 12 + CAST(DATEPART(month, x7) AS BIGINT)) - 13) + CASE WHEN (x1 BETWEEN -120000 AND 120000) THEN x1 END != 119987) THEN DATEADD(month, CAST(((CAST(DATEPART(year, x7) AS BIGINT) * 12 + CAST(DATEPART(month, x7) AS BIGINT)) - 13) + CASE WHEN (x1 BETWEEN -120000 AND 120000) THEN x1 END + 1 AS INTEGER), CAST('00010101' AS DATE)) END ELSE DATEADD(day, CAST(CAST(DATEPART(day, x7) AS BIGINT) - 1 AS INTEGER), DATEADD(month, CAST(((CAST(DATEPART(year, x7) AS BIGINT) * 12 + CAST(DATEPART(month, x7) AS BIGINT)) - 13) + CASE WHEN (x1 BETWEEN -120000 AND 120000) THEN x1 END AS INTEGER), CAST('00010101' AS DATE))) END END AS x32, CAST(x8 AS FLOAT(53)) AS x33 
FROM (SELECT population.patient_id AS patient_id, step_1_columns.score AS x1, step_1_columns.other AS x2, step_1_columns.ratio AS x3, step_1_columns.second AS x4, CASE WHEN (step_1_columns.smoker = 1) THEN 1 WHEN (step_1_columns.smoker != 1) THEN 0 END AS x5, CASE WHEN (step_1_columns.drinker = 1) THEN 1 WHEN (step_1_columns.drinker != 1) THEN 0 END AS x6, step_1_columns.born AS x7, step_10_rows.a2 AS x8, step_1_columns.name AS x9, step_1_columns.part AS x10, step_1_columns.codes AS x11, step_1_columns.code AS x12, step_1_columns.seen AS x13, step_11_columns.weight AS x14, step_9_pick.number AS x15, coalesce(step_12_rows.a1, 0) AS x16, coalesce(step_10_rows.a1, 0) AS x17, step_10_rows.a3 AS x18, step_10_rows.a4 AS x19, step_10_rows.a5 AS x20, step_10_rows.a6 AS x21, CASE WHEN (step_10_rows.a7 = 1) THEN 1 WHEN (step_10_rows.a7 != 1) THEN 0 END AS x22, CASE WHEN (step_10_rows.a8 = 1) THEN 1 WHEN (step_10_rows.a8 != 1) THEN 0 END AS x23, coalesce(step_13_rows.a1, 0) AS x24, CASE WHEN (coalesce(step_14_rows.a1, CASE WHEN (0 = 1) THEN 1 WHEN (0 != 1) THEN 0 END) = 1) THEN 1 WHEN (coalesce(step_14_rows.a1, CASE WHEN (0 = 1) THEN 1 WHEN (0 != 1) THEN 0 END) != 1) THEN 0 END AS x25, coalesce(step_14_rows.a2, 0) AS x26 
FROM [#step_2_population] AS population LEFT OUTER JOIN [#step_1_columns] AS step_1_columns ON step_1_columns.patient_id = population.patient_id LEFT OUTER JOIN [#step_11_columns] AS step_11_columns ON step_11_columns.patient_id = population.patient_id LEFT OUTER JOIN [#step_9_pick] AS step_9_pick ON step_9_pick.patient_id = population.patient_id LEFT OUTER JOIN [#step_12_rows] AS step_12_rows ON step_12_rows.patient_id = population.patient_id LEFT OUTER JOIN [#step_10_rows] AS step_10_rows ON step_10_rows.patient_id = population.patient_id LEFT OUTER JOIN [#step_13_rows] AS step_13_rows ON step_13_rows.patient_id = population.patient_id LEFT OUTER JOIN [#step_14_rows] AS step_14_rows ON step_14_rows.patient_id = population.patient_id) AS layer_0 LEFT OUTER JOIN [#step_8_members] AS among_34 ON among_34._owner = patient_id AND among_34._member = x1 LEFT OUTER JOIN (SELECT DISTINCT [#step_8_members]._owner AS _holder 
FROM [#step_8_members]) AS holders_34 ON holders_34._holder = patient_id) AS layer_1) AS layer_2) AS layer_3 ORDER BY patient_id ASC;
