CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_MAP_1" (
	"_key" VARCHAR2(4000 CHAR), 
	"_result" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- 26 rows into ORA$PTT_STEP_MAP_1

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_1_COLUMNS" (
	"patient_id" NUMBER(19), 
	"born" DATE, 
	"score" NUMBER(19), 
	"code" VARCHAR2(4000 CHAR)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_1_COLUMNS" ("patient_id", "born", "score", "code") SELECT "rows"."patient_id", "rows"."born", "rows"."score", "rows"."code" 
FROM "patients" "rows" 
WHERE "rows"."patient_id" IS NOT NULL;

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_2_POPULATION" (
	"patient_id" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_2_POPULATION" ("patient_id") SELECT "patient_id" 
FROM (SELECT "everyone"."patient_id" AS "patient_id", "step_1_columns"."born" AS "x1" 
FROM (SELECT "mentioned"."patient_id" AS "patient_id" 
FROM (SELECT "ORA$PTT_STEP_1_COLUMNS"."patient_id" AS "patient_id" 
FROM "ORA$PTT_STEP_1_COLUMNS" 
WHERE "ORA$PTT_STEP_1_COLUMNS"."patient_id" IS NOT NULL) "mentioned") "everyone" LEFT OUTER JOIN "ORA$PTT_STEP_1_COLUMNS" "step_1_columns" ON "step_1_columns"."patient_id" = "everyone"."patient_id") "layer_0" 
WHERE (NOT ("x1" IS NULL));

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_3_ROWS" (
	"patient_id" NUMBER(19), 
	"a1" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- $1 = 7
INSERT INTO "ORA$PTT_STEP_3_ROWS" ("patient_id", "a1") SELECT "patient_id", count(1) AS "a1" 
FROM (SELECT /*+ NO_MERGE */ "patient_id", CASE WHEN ("mapped_4"."_key" IS NOT NULL) THEN "mapped_4"."_result" ELSE CAST(NULL AS NUMBER(19)) END AS "x2" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."code" AS "code" 
FROM "events" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0" LEFT OUTER JOIN "ORA$PTT_STEP_MAP_1" "mapped_4" ON "mapped_4"."_key" = "code") "layer_1" 
WHERE (CAST(:1 AS NUMBER(19)) < "x2") GROUP BY "patient_id";

-- $1 = 1
-- $2 = 'one'
-- $3 = 2
-- $4 = 'many'
SELECT "patient_id", CAST(CASE "x2" WHEN CAST(:1 AS NUMBER(19)) THEN CAST(:2 AS VARCHAR2(4000 CHAR)) WHEN CAST(:3 AS NUMBER(19)) THEN CAST(NULL AS VARCHAR2(4000 CHAR)) ELSE CAST(:4 AS VARCHAR2(4000 CHAR)) END AS VARCHAR2(4000 CHAR)) AS "short", CAST("x3" AS NUMBER(19)) AS "long", CAST("x4" AS NUMBER(19)) AS "choice" 
FROM (SELECT /*+ NO_MERGE */ "patient_id", "x2", "x3", CASE WHEN ("mapped_6"."_key" IS NOT NULL) THEN "mapped_6"."_result" ELSE "x2" END AS "x4" 
FROM (SELECT "population"."patient_id" AS "patient_id", "step_1_columns"."code" AS "x1", "step_1_columns"."score" AS "x2", coalesce("step_3_rows"."a1", 0) AS "x3" 
FROM "ORA$PTT_STEP_2_POPULATION" "population" LEFT OUTER JOIN "ORA$PTT_STEP_1_COLUMNS" "step_1_columns" ON "step_1_columns"."patient_id" = "population"."patient_id" LEFT OUTER JOIN "ORA$PTT_STEP_3_ROWS" "step_3_rows" ON "step_3_rows"."patient_id" = "population"."patient_id") "layer_0" LEFT OUTER JOIN "ORA$PTT_STEP_MAP_1" "mapped_6" ON "mapped_6"."_key" = "x1") "layer_1" ORDER BY "patient_id" ASC NULLS FIRST;
