CREATE GLOBAL TEMPORARY TABLE "SR$_STEP_1_COLUMNS" (
	"patient_id" NUMBER(19), 
	"born" DATE, 
	"score" NUMBER(19)
) ON COMMIT DELETE ROWS;

INSERT INTO "SR$_STEP_1_COLUMNS" ("patient_id", "born", "score") SELECT "rows"."patient_id", "rows"."born", "rows"."score" 
FROM "patients" "rows" 
WHERE "rows"."patient_id" IS NOT NULL;

CREATE GLOBAL TEMPORARY TABLE "SR$_STEP_2_POPULATION" (
	"patient_id" NUMBER(19)
) ON COMMIT DELETE ROWS;

-- $1 = 1950-01-01
INSERT INTO "SR$_STEP_2_POPULATION" ("patient_id") SELECT "patient_id" 
FROM (SELECT "everyone"."patient_id" AS "patient_id", "step_1_columns"."born" AS "x1" 
FROM (SELECT "mentioned"."patient_id" AS "patient_id" 
FROM (SELECT "SR$_STEP_1_COLUMNS"."patient_id" AS "patient_id" 
FROM "SR$_STEP_1_COLUMNS" 
WHERE "SR$_STEP_1_COLUMNS"."patient_id" IS NOT NULL) "mentioned") "everyone" LEFT OUTER JOIN "SR$_STEP_1_COLUMNS" "step_1_columns" ON "step_1_columns"."patient_id" = "everyone"."patient_id") "layer_0" 
WHERE (CAST(:1 AS DATE) <= "x1");

SELECT "patient_id", CAST("x1" AS NUMBER(19)) AS "a_name_that_is_longer_7953d29d" 
FROM (SELECT "population"."patient_id" AS "patient_id", "step_1_columns"."score" AS "x1" 
FROM "SR$_STEP_2_POPULATION" "population" LEFT OUTER JOIN "SR$_STEP_1_COLUMNS" "step_1_columns" ON "step_1_columns"."patient_id" = "population"."patient_id") "layer_0" ORDER BY "patient_id" ASC NULLS FIRST;

-- $1 = 2024-01-01
-- $2 = 2024-12-31
SELECT "rows"."patient_id", "rows"."date", "rows"."age", "rows"."ok" 
FROM (SELECT "patient_id", CAST("date" AS DATE) AS "date", CAST((CAST(EXTRACT(year FROM "date") AS NUMBER(19)) - CAST(EXTRACT(year FROM "x3") AS NUMBER(19))) - CASE WHEN (CAST(EXTRACT(month FROM "date") AS NUMBER(19)) - CAST(EXTRACT(month FROM "x3") AS NUMBER(19)) < 0 OR CAST(EXTRACT(month FROM "date") AS NUMBER(19)) - CAST(EXTRACT(month FROM "x3") AS NUMBER(19)) = 0 AND CAST(EXTRACT(day FROM "date") AS NUMBER(19)) < CAST(EXTRACT(day FROM "x3") AS NUMBER(19))) THEN 1 ELSE 0 END AS NUMBER(19)) AS "age", CAST(CASE WHEN ("ok" = 1) THEN 1 WHEN ("ok" != 1) THEN 0 END AS SMALLINT) AS "ok" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."date" AS "date", "step_1_columns"."born" AS "x3", CASE WHEN ("rows"."ok" = 1) THEN 1 WHEN ("rows"."ok" != 1) THEN 0 END AS "ok" 
FROM "events" "rows" JOIN "SR$_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id" LEFT OUTER JOIN "SR$_STEP_1_COLUMNS" "step_1_columns" ON "step_1_columns"."patient_id" = "rows"."patient_id") "layer_0" 
WHERE (CAST(:1 AS DATE) <= "date") AND ("date" <= CAST(:2 AS DATE))) "rows" ORDER BY "rows"."patient_id" ASC NULLS FIRST, "rows"."date" ASC NULLS FIRST, "rows"."age" ASC NULLS FIRST, "rows"."ok" ASC NULLS FIRST;
