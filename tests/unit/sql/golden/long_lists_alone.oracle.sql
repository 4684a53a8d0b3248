-- $1 = 0
-- …
-- $4501 = '10000999'
WITH "step_1_columns" AS 
(SELECT /*+ MATERIALIZE */ "rows"."patient_id" AS "patient_id", "rows"."code" AS "code" 
FROM "patients" "rows" 
WHERE "rows"."patient_id" IS NOT NULL), 
"step_2_population" AS 
(SELECT /*+ MATERIALIZE */ "patient_id" 
FROM (SELECT "everyone"."patient_id" AS "patient_id", CASE WHEN ("step_1_columns"."patient_id" IS NOT NULL) THEN 1 WHEN ("step_1_columns"."patient_id" IS NULL) THEN 0 END AS "x1" 
FROM (SELECT "mentioned"."patient_id" AS "patient_id" 
FROM (SELECT "step_1_columns"."patient_id" AS "patient_id" 
FROM "step_1_columns" 
WHERE "step_1_columns"."patient_id" IS NOT NULL) "mentioned") "everyone" LEFT OUTER JOIN "step_1_columns" "step_1_columns" ON "step_1_columns"."patient_id" = "everyone"."patient_id") "layer_0" 
WHERE "x1" = 1), 
"step_3_rows" AS 
(SELECT /*+ MATERIALIZE */ "patient_id" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."number" AS "number" 
FROM "visits" "rows" JOIN "step_2_population" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0" 
WHERE ("number" IN (CAST(:1 AS NUMBER(19)), /* 998 more */ CAST(:1000 AS NUMBER(19))) OR "number" IN (CAST(:1001 AS NUMBER(19)))) GROUP BY "patient_id"), 
"step_4_rows" AS 
(SELECT /*+ MATERIALIZE */ "patient_id", nullif(nullif(least(greatest(sum("number"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "a1" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."code" AS "code", "rows"."number" AS "number" 
FROM "events" "rows" JOIN "step_2_population" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0" 
WHERE ("code" IN (CAST(:1002 AS VARCHAR2(4000 CHAR)), /* 998 more */ CAST(:2001 AS VARCHAR2(4000 CHAR))) OR "code" IN (CAST(:2002 AS VARCHAR2(4000 CHAR)), /* 998 more */ CAST(:3001 AS VARCHAR2(4000 CHAR))) OR "code" IN (CAST(:3002 AS VARCHAR2(4000 CHAR)), /* 498 more */ CAST(:3501 AS VARCHAR2(4000 CHAR)))) GROUP BY "patient_id")
 SELECT "patient_id", CAST(CASE WHEN ("x1" IN (CAST(:3502 AS VARCHAR2(4000 CHAR)), /* 998 more */ CAST(:4501 AS VARCHAR2(4000 CHAR)))) THEN 1 WHEN NOT ("x1" IN (CAST(:3502 AS VARCHAR2(4000 CHAR)), /* 998 more */ CAST(:4501 AS VARCHAR2(4000 CHAR)))) THEN 0 END AS SMALLINT) AS "as_it_is", CAST(CASE WHEN ("x2" = 1) THEN 1 WHEN ("x2" != 1) THEN 0 END AS SMALLINT) AS "one_more", CAST("x3" AS NUMBER(19)) AS "long" 
FROM (SELECT "population"."patient_id" AS "patient_id", "step_1_columns"."code" AS "x1", CASE WHEN ("step_3_rows"."patient_id" IS NOT NULL) THEN 1 WHEN ("step_3_rows"."patient_id" IS NULL) THEN 0 END AS "x2", "step_4_rows"."a1" AS "x3" 
FROM "step_2_population" "population" LEFT OUTER JOIN "step_1_columns" "step_1_columns" ON "step_1_columns"."patient_id" = "population"."patient_id" LEFT OUTER JOIN "step_3_rows" "step_3_rows" ON "step_3_rows"."patient_id" = "population"."patient_id" LEFT OUTER JOIN "step_4_rows" "step_4_rows" ON "step_4_rows"."patient_id" = "population"."patient_id") "layer_0" ORDER BY "patient_id" ASC NULLS FIRST;
