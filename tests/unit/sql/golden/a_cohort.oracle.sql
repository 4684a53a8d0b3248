CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_1_COLUMNS" (
	"patient_id" NUMBER(19), 
	"born" DATE, 
	"name" VARCHAR2(4000 CHAR), 
	"score" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_1_COLUMNS" ("patient_id", "born", "name", "score") SELECT "rows"."patient_id", "rows"."born", "rows"."name", "rows"."score" 
FROM "patients" "rows" 
WHERE "rows"."patient_id" IS NOT NULL;

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_2_POPULATION" (
	"patient_id" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- $1 = 2000-01-01
-- $2 = "it's; --"
INSERT INTO "ORA$PTT_STEP_2_POPULATION" ("patient_id") SELECT "patient_id" 
FROM (SELECT "everyone"."patient_id" AS "patient_id", "step_1_columns"."born" AS "x1", "step_1_columns"."name" AS "x2" 
FROM (SELECT "mentioned"."patient_id" AS "patient_id" 
FROM (SELECT "ORA$PTT_STEP_1_COLUMNS"."patient_id" AS "patient_id" 
FROM "ORA$PTT_STEP_1_COLUMNS" 
WHERE "ORA$PTT_STEP_1_COLUMNS"."patient_id" IS NOT NULL) "mentioned") "everyone" LEFT OUTER JOIN "ORA$PTT_STEP_1_COLUMNS" "step_1_columns" ON "step_1_columns"."patient_id" = "everyone"."patient_id") "layer_0" 
WHERE (("x1" < CAST(:1 AS DATE)) AND ("x2" = CAST(:2 AS VARCHAR2(4000 CHAR))));

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_3_ROWS" (
	"patient_id" NUMBER(19), 
	"a1" NUMBER(19), 
	"a2" DATE
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_3_ROWS" ("patient_id", "a1", "a2") SELECT "patient_id", count(CASE WHEN ("date" IS NULL) THEN 1 END) AS "a1", min("date") AS "a2" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."date" AS "date" 
FROM "visits" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0" GROUP BY "patient_id";

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_4_ROWS" (
	"patient_id" NUMBER(19), 
	"a1" NUMBER(19), 
	"a2" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- $1 = 0
-- $2 = 30
INSERT INTO "ORA$PTT_STEP_4_ROWS" ("patient_id", "a1", "a2") SELECT "patient_id", count(1) AS "a1", nullif(nullif(least(greatest(sum("number"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "a2" 
FROM (SELECT /*+ NO_MERGE */ "patient_id", "date", "number", CASE WHEN (CAST(:1 AS NUMBER(19)) < "x1") THEN CAST(NULL AS DATE) ELSE "x2" END AS "x5" 
FROM (SELECT "rows"."patient_id" AS "patient_id", coalesce("step_3_rows"."a1", 0) AS "x1", "step_3_rows"."a2" AS "x2", "rows"."date" AS "date", "rows"."number" AS "number" 
FROM "events" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id" LEFT OUTER JOIN "ORA$PTT_STEP_3_ROWS" "step_3_rows" ON "step_3_rows"."patient_id" = "rows"."patient_id") "layer_0") "layer_1" 
WHERE ("x5" <= "date") AND ("date" <= (DATE '9999-12-31' + CAST(nullif(nullif(least(greatest(CAST(EXTRACT(day FROM CAST("x5" AS TIMESTAMP) - CAST(DATE '9999-12-31' AS TIMESTAMP)) AS NUMBER(19)) + CAST(:2 AS NUMBER(19)), -3652059), 1), 1), -3652059) AS INTEGER))) GROUP BY "patient_id";

-- $1 = 0
-- $2 = 2024-01-01
SELECT "patient_id", CAST(CASE WHEN (CAST(:1 AS NUMBER(19)) < "x1") THEN CAST(NULL AS DATE) ELSE "x2" END AS DATE) AS "first", CAST("x3" AS NUMBER(19)) AS "soon", CAST("x4" AS NUMBER(19)) AS "total", CAST(CASE WHEN ((((CAST("x4" AS BINARY_DOUBLE)) / (CASE WHEN (CAST("x5" AS BINARY_DOUBLE) != 0) THEN CAST("x5" AS BINARY_DOUBLE) END)) * 0) = 0) THEN (CAST("x4" AS BINARY_DOUBLE)) / (CASE WHEN (CAST("x5" AS BINARY_DOUBLE) != 0) THEN CAST("x5" AS BINARY_DOUBLE) END) END AS BINARY_DOUBLE) AS "share", CAST((CAST(EXTRACT(year FROM CAST(:2 AS DATE)) AS NUMBER(19)) - CAST(EXTRACT(year FROM "x6") AS NUMBER(19))) - CASE WHEN (CAST(EXTRACT(month FROM CAST(:2 AS DATE)) AS NUMBER(19)) - CAST(EXTRACT(month FROM "x6") AS NUMBER(19)) < 0 OR CAST(EXTRACT(month FROM CAST(:2 AS DATE)) AS NUMBER(19)) - CAST(EXTRACT(month FROM "x6") AS NUMBER(19)) = 0 AND CAST(EXTRACT(day FROM CAST(:2 AS DATE)) AS NUMBER(19)) < CAST(EXTRACT(day FROM "x6") AS NUMBER(19))) THEN 1 ELSE 0 END AS NUMBER(19)) AS "age" 
FROM (SELECT "population"."patient_id" AS "patient_id", coalesce("step_3_rows"."a1", 0) AS "x1", "step_3_rows"."a2" AS "x2", coalesce("step_4_rows"."a1", 0) AS "x3", "step_4_rows"."a2" AS "x4", "step_1_columns"."score" AS "x5", "step_1_columns"."born" AS "x6" 
FROM "ORA$PTT_STEP_2_POPULATION" "population" LEFT OUTER JOIN "ORA$PTT_STEP_3_ROWS" "step_3_rows" ON "step_3_rows"."patient_id" = "population"."patient_id" LEFT OUTER JOIN "ORA$PTT_STEP_4_ROWS" "step_4_rows" ON "step_4_rows"."patient_id" = "population"."patient_id" LEFT OUTER JOIN "ORA$PTT_STEP_1_COLUMNS" "step_1_columns" ON "step_1_columns"."patient_id" = "population"."patient_id") "layer_0" ORDER BY "patient_id" ASC NULLS FIRST;
