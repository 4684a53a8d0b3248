CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_1_COLUMNS" (
	"patient_id" NUMBER(19), 
	"born" DATE, 
	"score" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_1_COLUMNS" ("patient_id", "born", "score") SELECT "rows"."patient_id", "rows"."born", "rows"."score" 
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

-- $1 = 1
SELECT "patient_id", CAST(nullif(least(coalesce(CAST(DATE '0001-01-01' + (INTERVAL '1' MONTH * CAST(nullif(nullif(least(greatest(((EXTRACT(year FROM "x1") * 12 + EXTRACT(month FROM "x1")) - 13) + CAST(:1 AS NUMBER(19)), -1), 119988), 119988), -1) AS NUMBER(19))) AS DATE) + CAST(EXTRACT(day FROM "x1") - 1 AS INTEGER), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS')), coalesce(CAST(DATE '0001-01-01' + (INTERVAL '1' MONTH * CAST(nullif(nullif(least(greatest(((EXTRACT(year FROM "x1") * 12 + EXTRACT(month FROM "x1")) - 13) + CAST(:1 AS NUMBER(19)) + 1, 0), 119988), 119988), 0) AS NUMBER(19))) AS DATE), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS'))), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS')) AS DATE) AS "month", CAST(nullif(least(coalesce(CAST(DATE '0001-01-01' + (INTERVAL '1' MONTH * CAST(nullif(nullif(least(greatest(((EXTRACT(year FROM "x1") * 12 + EXTRACT(month FROM "x1")) - 13) + CASE WHEN ("x2" BETWEEN -10000 AND 10000) THEN "x2" END * 12, -1), 119988), 119988), -1) AS NUMBER(19))) AS DATE) + CAST(EXTRACT(day FROM "x1") - 1 AS INTEGER), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS')), coalesce(CAST(DATE '0001-01-01' + (INTERVAL '1' MONTH * CAST(nullif(nullif(least(greatest(((EXTRACT(year FROM "x1") * 12 + EXTRACT(month FROM "x1")) - 13) + CASE WHEN ("x2" BETWEEN -10000 AND 10000) THEN "x2" END * 12 + 1, 0), 119988), 119988), 0) AS NUMBER(19))) AS DATE), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS'))), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS')) AS DATE) AS "years" 
FROM (SELECT "population"."patient_id" AS "patient_id", "step_1_columns"."born" AS "x1", "step_1_columns"."score" AS "x2" 
FROM "ORA$PTT_STEP_2_POPULATION" "population" LEFT OUTER JOIN "ORA$PTT_STEP_1_COLUMNS" "step_1_columns" ON "step_1_columns"."patient_id" = "population"."patient_id") "layer_0" ORDER BY "patient_id" ASC NULLS FIRST;
