CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_LIST_1" (
	"value" VARCHAR2(4000 CHAR)
) ON COMMIT PRESERVE DEFINITION;

-- 1001 rows into ORA$PTT_STEP_LIST_1

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_1_COLUMNS" (
	"patient_id" NUMBER(19), 
	"code" VARCHAR2(4000 CHAR), 
	"score" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_1_COLUMNS" ("patient_id", "code", "score") SELECT "rows"."patient_id", "rows"."code", "rows"."score" 
FROM "patients" "rows" 
WHERE "rows"."patient_id" IS NOT NULL;

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_2_POPULATION" (
	"patient_id" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- $1 = '22298006'
-- $2 = '73211009'
INSERT INTO "ORA$PTT_STEP_2_POPULATION" ("patient_id") SELECT "patient_id" 
FROM (SELECT "everyone"."patient_id" AS "patient_id", "step_1_columns"."code" AS "x1" 
FROM (SELECT "mentioned"."patient_id" AS "patient_id" 
FROM (SELECT "ORA$PTT_STEP_1_COLUMNS"."patient_id" AS "patient_id" 
FROM "ORA$PTT_STEP_1_COLUMNS" 
WHERE "ORA$PTT_STEP_1_COLUMNS"."patient_id" IS NOT NULL) "mentioned") "everyone" LEFT OUTER JOIN "ORA$PTT_STEP_1_COLUMNS" "step_1_columns" ON "step_1_columns"."patient_id" = "everyone"."patient_id") "layer_0" 
WHERE ("x1" IN (CAST(:1 AS VARCHAR2(4000 CHAR)), CAST(:2 AS VARCHAR2(4000 CHAR))));

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_3_MEMBERS" (
	"_owner" NUMBER(19), 
	"_member" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_3_MEMBERS" ("_owner", "_member") SELECT DISTINCT "patient_id" AS "_owner", "number" AS "_member" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."number" AS "number" 
FROM "events" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0" 
WHERE "number" IS NOT NULL;

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_4_ROWS" (
	"patient_id" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_4_ROWS" ("patient_id") SELECT "patient_id" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."code" AS "code" 
FROM "events" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0" 
WHERE ("code" IN (SELECT "ORA$PTT_STEP_LIST_1"."value" 
FROM "ORA$PTT_STEP_LIST_1")) GROUP BY "patient_id";

SELECT "patient_id", CAST(CASE WHEN ("x2" = 1) THEN 1 WHEN ("x2" != 1) THEN 0 END AS SMALLINT) AS "long", CAST(CASE WHEN ("x3" = 1) THEN 1 WHEN ("x3" != 1) THEN 0 END AS SMALLINT) AS "among" 
FROM (SELECT /*+ NO_MERGE */ "patient_id", "x2", CASE WHEN (CASE WHEN ("holders_3"."_holder" IS NULL) THEN CASE WHEN (0 = 1) THEN 1 WHEN (0 != 1) THEN 0 END WHEN ("x1" IS NULL) THEN CASE WHEN (CAST(NULL AS SMALLINT) = 1) THEN 1 WHEN (CAST(NULL AS SMALLINT) != 1) THEN 0 END ELSE CASE WHEN ("among_3"."_member" IS NOT NULL) THEN 1 WHEN ("among_3"."_member" IS NULL) THEN 0 END END = 1) THEN 1 WHEN (CASE WHEN ("holders_3"."_holder" IS NULL) THEN CASE WHEN (0 = 1) THEN 1 WHEN (0 != 1) THEN 0 END WHEN ("x1" IS NULL) THEN CASE WHEN (CAST(NULL AS SMALLINT) = 1) THEN 1 WHEN (CAST(NULL AS SMALLINT) != 1) THEN 0 END ELSE CASE WHEN ("among_3"."_member" IS NOT NULL) THEN 1 WHEN ("among_3"."_member" IS NULL) THEN 0 END END != 1) THEN 0 END AS "x3" 
FROM (SELECT "population"."patient_id" AS "patient_id", "step_1_columns"."score" AS "x1", CASE WHEN ("step_4_rows"."patient_id" IS NOT NULL) THEN 1 WHEN ("step_4_rows"."patient_id" IS NULL) THEN 0 END AS "x2" 
FROM "ORA$PTT_STEP_2_POPULATION" "population" LEFT OUTER JOIN "ORA$PTT_STEP_4_ROWS" "step_4_rows" ON "step_4_rows"."patient_id" = "population"."patient_id" LEFT OUTER JOIN "ORA$PTT_STEP_1_COLUMNS" "step_1_columns" ON "step_1_columns"."patient_id" = "population"."patient_id") "layer_0" LEFT OUTER JOIN "ORA$PTT_STEP_3_MEMBERS" "among_3" ON "among_3"."_owner" = "patient_id" AND "among_3"."_member" = "x1" LEFT OUTER JOIN (SELECT DISTINCT "ORA$PTT_STEP_3_MEMBERS"."_owner" AS "_holder" 
FROM "ORA$PTT_STEP_3_MEMBERS") "holders_3" ON "holders_3"."_holder" = "patient_id") "layer_1" ORDER BY "patient_id" ASC NULLS FIRST;
