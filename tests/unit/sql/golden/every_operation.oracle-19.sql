CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_1_COLUMNS" (
	"patient_id" NUMBER(19), 
	"name" VARCHAR2(4000 CHAR), 
	"smoker" SMALLINT, 
	"score" NUMBER(19), 
	"other" NUMBER(19), 
	"ratio" BINARY_DOUBLE, 
	"second" BINARY_DOUBLE, 
	"drinker" SMALLINT, 
	"part" VARCHAR2(4000 CHAR), 
	"codes" VARCHAR2(4000 CHAR), 
	"code" VARCHAR2(4000 CHAR), 
	"born" DATE, 
	"seen" DATE
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_1_COLUMNS" ("patient_id", "name", "smoker", "score", "other", "ratio", "second", "drinker", "part", "codes", "code", "born", "seen") SELECT "rows"."patient_id", "rows"."name", "rows"."smoker", "rows"."score", "rows"."other", "rows"."ratio", "rows"."second", "rows"."drinker", "rows"."part", "rows"."codes", "rows"."code", "rows"."born", "rows"."seen" 
FROM "patients" "rows" 
WHERE "rows"."patient_id" IS NOT NULL;

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_2_POPULATION" (
	"patient_id" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- $1 = "it's"
INSERT INTO "ORA$PTT_STEP_2_POPULATION" ("patient_id") SELECT "patient_id" 
FROM (SELECT "everyone"."patient_id" AS "patient_id", CASE WHEN ("step_1_columns"."patient_id" IS NOT NULL) THEN 1 WHEN ("step_1_columns"."patient_id" IS NULL) THEN 0 END AS "x1", "step_1_columns"."name" AS "x2", CASE WHEN ("step_1_columns"."smoker" = 1) THEN 1 WHEN ("step_1_columns"."smoker" != 1) THEN 0 END AS "x3" 
FROM (SELECT "mentioned"."patient_id" AS "patient_id" 
FROM (SELECT "ORA$PTT_STEP_1_COLUMNS"."patient_id" AS "patient_id" 
FROM "ORA$PTT_STEP_1_COLUMNS" 
WHERE "ORA$PTT_STEP_1_COLUMNS"."patient_id" IS NOT NULL) "mentioned") "everyone" LEFT OUTER JOIN "ORA$PTT_STEP_1_COLUMNS" "step_1_columns" ON "step_1_columns"."patient_id" = "everyone"."patient_id") "layer_0" 
WHERE (("x1" = 1 AND (NOT ("x2" = CAST(:1 AS VARCHAR2(4000 CHAR))))) OR "x3" = 1);

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_3_KEPT" (
	"patient_id" NUMBER(19), 
	"date" DATE, 
	"number" NUMBER(19), 
	"ok" SMALLINT, 
	"text" VARCHAR2(4000 CHAR), 
	"value" BINARY_DOUBLE
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_3_KEPT" ("patient_id", "date", "number", "ok", "text", "value") SELECT "rows"."patient_id" AS "patient_id", "rows"."date", "rows"."number", "rows"."ok", "rows"."text", "rows"."value" 
FROM "events" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id";

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_4_GIVEN" (
	"patient_id" NUMBER(19), 
	"weight" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- 2 rows into ORA$PTT_STEP_4_GIVEN

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_5_MADE" (
	"patient_id" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_5_MADE" ("patient_id") SELECT "patient_id" 
FROM (SELECT "rows"."patient_id" AS "patient_id" 
FROM "events" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0" UNION ALL SELECT "patient_id" 
FROM (SELECT "rows"."patient_id" AS "patient_id" 
FROM "visits" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0";

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_6_MADE" (
	"patient_id" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- $1 = 7
INSERT INTO "ORA$PTT_STEP_6_MADE" ("patient_id") SELECT "runs"."patient_id" 
FROM (SELECT "told"."patient_id" AS "patient_id", "told"."day" AS "day", sum("told"."begins") OVER (PARTITION BY "told"."patient_id" ORDER BY "told"."day") AS "run" 
FROM (SELECT "beside"."patient_id" AS "patient_id", "beside"."day" AS "day", "beside"."before" AS "before", CASE WHEN (CAST(EXTRACT(day FROM CAST("beside"."day" AS TIMESTAMP) - CAST("beside"."before" AS TIMESTAMP)) AS NUMBER(19)) <= CAST(:1 AS NUMBER(19))) THEN 0 ELSE 1 END AS "begins" 
FROM (SELECT "dated"."patient_id" AS "patient_id", "dated"."day" AS "day", lag("dated"."day") OVER (PARTITION BY "dated"."patient_id" ORDER BY "dated"."day") AS "before" 
FROM (SELECT "patient_id", "date" AS "day" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."date" AS "date" 
FROM "events" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0") "dated" 
WHERE "dated"."day" IS NOT NULL) "beside") "told") "runs" GROUP BY "runs"."patient_id", "runs"."run";

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_7_MADE" (
	"_owner" NUMBER(19), 
	"_day" DATE, 
	"_its_area" VARCHAR2(4000 CHAR)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_7_MADE" ("_owner", "_day", "_its_area") SELECT "ranked"."patient_id" AS "_owner", "ranked"."_day", "ranked"."area" AS "_its_area" 
FROM (SELECT "asked"."patient_id" AS "patient_id", "asked"."_day" AS "_day", "there"."area" AS "area", row_number() OVER (PARTITION BY "asked"."patient_id", "asked"."_day" ORDER BY "there"."_start" DESC NULLS LAST, "there"."area" DESC NULLS LAST, "there"."end_date" DESC NULLS LAST, "there"."rooms" DESC NULLS LAST, "there"."start_date" DESC NULLS LAST) AS "_place" 
FROM (SELECT DISTINCT "days"."patient_id" AS "patient_id", "days"."_day" AS "_day" 
FROM (SELECT "patient_id", "date" AS "_day" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."date" AS "date" 
FROM "events" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0") "days" 
WHERE "days"."_day" IS NOT NULL) "asked" JOIN (SELECT "patient_id", "area", "end_date", "rooms", "start_date", "start_date" AS "_start", "end_date" AS "_end" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."area" AS "area", "rows"."end_date" AS "end_date", "rows"."rooms" AS "rooms", "rows"."start_date" AS "start_date" 
FROM "addresses" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0") "there" ON "there"."patient_id" = "asked"."patient_id" AND "there"."_start" <= "asked"."_day" AND ("there"."_end" IS NULL OR "asked"."_day" <= "there"."_end")) "ranked" 
WHERE "ranked"."_place" = 1;

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_8_MEMBERS" (
	"_owner" NUMBER(19), 
	"_member" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_8_MEMBERS" ("_owner", "_member") SELECT DISTINCT "patient_id" AS "_owner", "number" AS "_member" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."number" AS "number" 
FROM "ORA$PTT_STEP_3_KEPT" "rows") "layer_0" 
WHERE "number" IS NOT NULL;

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_9_PICK" (
	"patient_id" NUMBER(19), 
	"number" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- $1 = '22298006'
-- $2 = '73211009'
INSERT INTO "ORA$PTT_STEP_9_PICK" ("patient_id", "number") SELECT "ranked"."patient_id", "ranked"."number" 
FROM (SELECT "patient_id", "number", row_number() OVER (PARTITION BY "patient_id" ORDER BY "date" DESC NULLS LAST, "code" DESC NULLS LAST, "codes" DESC NULLS LAST, "date" DESC NULLS LAST, "number" DESC NULLS LAST, "ok" DESC NULLS LAST, "second" DESC NULLS LAST, "text" DESC NULLS LAST, "value" DESC NULLS LAST) AS "_place" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."code" AS "code", "rows"."codes" AS "codes", "rows"."date" AS "date", "rows"."number" AS "number", "rows"."ok" AS "ok", "rows"."second" AS "second", "rows"."text" AS "text", "rows"."value" AS "value" 
FROM "events" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0" 
WHERE ("code" IN (CAST(:1 AS VARCHAR2(4000 CHAR)), CAST(:2 AS VARCHAR2(4000 CHAR)))) AND (CASE WHEN ("ok" = 1) THEN CASE WHEN (0 = 1) THEN 1 WHEN NOT (0 = 1) THEN 0 END ELSE CASE WHEN (1 = 1) THEN 1 WHEN NOT (1 = 1) THEN 0 END END = 1)) "ranked" 
WHERE "ranked"."_place" = 1;

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_10_ROWS" (
	"patient_id" NUMBER(19), 
	"a1" NUMBER(19), 
	"a2" NUMBER(19), 
	"a3" BINARY_DOUBLE, 
	"a4" BINARY_DOUBLE, 
	"a5" DATE, 
	"a6" VARCHAR2(4000 CHAR), 
	"a7" SMALLINT, 
	"a8" SMALLINT
) ON COMMIT PRESERVE DEFINITION;

-- $1 = 0.9
-- $2 = 0.9
-- $3 = 0.9
-- $4 = 0.9
INSERT INTO "ORA$PTT_STEP_10_ROWS" ("patient_id", "a1", "a2", "a3", "a4", "a5", "a6", "a7", "a8") SELECT "patient_id", count(DISTINCT "number") AS "a1", nullif(nullif(least(greatest(sum("number"), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "a2", CASE WHEN (((CAST(sum("value") AS BINARY_DOUBLE)) * 0) = 0) THEN CAST(sum("value") AS BINARY_DOUBLE) END / CAST(nullif(count("value"), 0) AS BINARY_DOUBLE) AS "a3", CASE WHEN (CAST(max("_t3") - 1 AS BINARY_DOUBLE) * CAST(:1 AS BINARY_DOUBLE) - floor(CAST(max("_t3") - 1 AS BINARY_DOUBLE) * CAST(:2 AS BINARY_DOUBLE)) = 0) THEN max(CASE WHEN ("_t2" = floor(CAST("_t3" - 1 AS BINARY_DOUBLE) * CAST(:3 AS BINARY_DOUBLE)) + 1) THEN "_t1" END) ELSE CASE WHEN (((max(CASE WHEN ("_t2" = floor(CAST("_t3" - 1 AS BINARY_DOUBLE) * CAST(:3 AS BINARY_DOUBLE)) + 1) THEN "_t1" END) + (max(CASE WHEN ("_t2" = floor(CAST("_t3" - 1 AS BINARY_DOUBLE) * CAST(:4 AS BINARY_DOUBLE)) + 2) THEN "_t1" END) - max(CASE WHEN ("_t2" = floor(CAST("_t3" - 1 AS BINARY_DOUBLE) * CAST(:3 AS BINARY_DOUBLE)) + 1) THEN "_t1" END)) * (CAST(max("_t3") - 1 AS BINARY_DOUBLE) * CAST(:1 AS BINARY_DOUBLE) - floor(CAST(max("_t3") - 1 AS BINARY_DOUBLE) * CAST(:2 AS BINARY_DOUBLE)))) * 0) = 0) THEN max(CASE WHEN ("_t2" = floor(CAST("_t3" - 1 AS BINARY_DOUBLE) * CAST(:3 AS BINARY_DOUBLE)) + 1) THEN "_t1" END) + (max(CASE WHEN ("_t2" = floor(CAST("_t3" - 1 AS BINARY_DOUBLE) * CAST(:4 AS BINARY_DOUBLE)) + 2) THEN "_t1" END) - max(CASE WHEN ("_t2" = floor(CAST("_t3" - 1 AS BINARY_DOUBLE) * CAST(:3 AS BINARY_DOUBLE)) + 1) THEN "_t1" END)) * (CAST(max("_t3") - 1 AS BINARY_DOUBLE) * CAST(:1 AS BINARY_DOUBLE) - floor(CAST(max("_t3") - 1 AS BINARY_DOUBLE) * CAST(:2 AS BINARY_DOUBLE))) END END AS "a4", min("date") AS "a5", max("text") AS "a6", max(CASE WHEN ("ok" = 1) THEN 1 WHEN ("ok" != 1) THEN 0 END) AS "a7", min(CASE WHEN ("ok" = 1) THEN 1 WHEN ("ok" != 1) THEN 0 END) AS "a8" 
FROM (SELECT "layer_0"."patient_id" AS "patient_id", "layer_0"."number" AS "number", "layer_0"."value" AS "value", "layer_0"."date" AS "date", "layer_0"."text" AS "text", "layer_0"."ok" AS "ok", CAST("value" AS BINARY_DOUBLE) AS "_t1", row_number() OVER (PARTITION BY "patient_id" ORDER BY -CAST("value" AS BINARY_DOUBLE) DESC NULLS LAST) AS "_t2", count(CAST("value" AS BINARY_DOUBLE)) OVER (PARTITION BY "patient_id") AS "_t3" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."number" AS "number", "rows"."value" AS "value", "rows"."date" AS "date", "rows"."text" AS "text", CASE WHEN ("rows"."ok" = 1) THEN 1 WHEN ("rows"."ok" != 1) THEN 0 END AS "ok" 
FROM "ORA$PTT_STEP_3_KEPT" "rows") "layer_0") "below" GROUP BY "patient_id";

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_11_COLUMNS" (
	"patient_id" NUMBER(19), 
	"weight" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_11_COLUMNS" ("patient_id", "weight") SELECT "rows"."patient_id", "rows"."weight" 
FROM "ORA$PTT_STEP_4_GIVEN" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id" 
WHERE "rows"."patient_id" IS NOT NULL;

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_12_ROWS" (
	"patient_id" NUMBER(19), 
	"a1" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_12_ROWS" ("patient_id", "a1") SELECT "patient_id", count(1) AS "a1" 
FROM (SELECT "rows"."patient_id" AS "patient_id" 
FROM "ORA$PTT_STEP_5_MADE" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0" GROUP BY "patient_id";

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_13_ROWS" (
	"patient_id" NUMBER(19), 
	"a1" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

INSERT INTO "ORA$PTT_STEP_13_ROWS" ("patient_id", "a1") SELECT "patient_id", count(1) AS "a1" 
FROM (SELECT "rows"."patient_id" AS "patient_id" 
FROM "ORA$PTT_STEP_6_MADE" "rows" JOIN "ORA$PTT_STEP_2_POPULATION" "population" ON "population"."patient_id" = "rows"."patient_id") "layer_0" GROUP BY "patient_id";

CREATE PRIVATE TEMPORARY TABLE "ORA$PTT_STEP_14_ROWS" (
	"patient_id" NUMBER(19), 
	"a1" SMALLINT, 
	"a2" NUMBER(19)
) ON COMMIT PRESERVE DEFINITION;

-- $1 = 'north'
INSERT INTO "ORA$PTT_STEP_14_ROWS" ("patient_id", "a1", "a2") SELECT "patient_id", CASE WHEN (max(CASE WHEN ("x2" = CAST(:1 AS VARCHAR2(4000 CHAR))) THEN 1 END) IS NOT NULL) THEN 1 WHEN (max(CASE WHEN ("x2" = CAST(:1 AS VARCHAR2(4000 CHAR))) THEN 1 END) IS NULL) THEN 0 END AS "a1", count(CASE WHEN ("x3" = 1) THEN 1 END) AS "a2" 
FROM (SELECT /*+ NO_MERGE */ "patient_id", "held_2"."_its_area" AS "x2", CASE WHEN ("held_2"."_day" IS NOT NULL) THEN 1 WHEN ("held_2"."_day" IS NULL) THEN 0 END AS "x3" 
FROM (SELECT "rows"."patient_id" AS "patient_id", "rows"."date" AS "date" 
FROM "ORA$PTT_STEP_3_KEPT" "rows") "layer_0" LEFT OUTER JOIN "ORA$PTT_STEP_7_MADE" "held_2" ON "held_2"."_owner" = "patient_id" AND "held_2"."_day" = "date") "layer_1" GROUP BY "patient_id";

-- $1 = 3
-- $2 = 5
-- $3 = 0.5
-- $4 = 1
-- $5 = 2
-- $6 = '100%'
-- $7 = 'E119'
-- $8 = 'I219'
-- $9 = '73211009'
-- $10 = 'a'
-- $11 = 'b'
-- $12 = 'many'
-- $13 = 2020-01-01
-- $14 = -3
-- $15 = 2.0
-- $16 = 1
-- $17 = 2
SELECT "patient_id", CAST(nullif(nullif(least(greatest(CASE WHEN (nullif(nullif(least(greatest(mod("x27", CASE WHEN (CAST(:1 AS NUMBER(19)) != 0) THEN CAST(:1 AS NUMBER(19)) END), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) < 0 AND CASE WHEN (CAST(:1 AS NUMBER(19)) != 0) THEN CAST(:1 AS NUMBER(19)) END > 0 OR nullif(nullif(least(greatest(mod("x27", CASE WHEN (CAST(:1 AS NUMBER(19)) != 0) THEN CAST(:1 AS NUMBER(19)) END), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) > 0 AND CASE WHEN (CAST(:1 AS NUMBER(19)) != 0) THEN CAST(:1 AS NUMBER(19)) END < 0) THEN nullif(nullif(least(greatest(("x27" - mod("x27", CASE WHEN (CAST(:1 AS NUMBER(19)) != 0) THEN CAST(:1 AS NUMBER(19)) END)) / (CASE WHEN (CAST(:1 AS NUMBER(19)) != 0) THEN CAST(:1 AS NUMBER(19)) END), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) - 1 ELSE nullif(nullif(least(greatest(("x27" - mod("x27", CASE WHEN (CAST(:1 AS NUMBER(19)) != 0) THEN CAST(:1 AS NUMBER(19)) END)) / (CASE WHEN (CAST(:1 AS NUMBER(19)) != 0) THEN CAST(:1 AS NUMBER(19)) END), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) END + nullif(nullif(least(greatest(abs(nullif(nullif(least(greatest(-"x1", -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809)), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS NUMBER(19)) AS "whole", CAST(CASE WHEN ((("x28" + "x34") * 0) = 0) THEN "x28" + "x34" END AS BINARY_DOUBLE) AS "decimal", CAST(nullif(nullif(least(greatest(CASE WHEN ("x3" >= CAST(-9223372036854775808 AS BINARY_DOUBLE) AND "x3" < CAST(9223372036854775808 AS BINARY_DOUBLE)) THEN CAST(trunc(("x3") / (CAST(4294967296 AS BINARY_DOUBLE))) AS NUMBER(19)) * 4294967296 + CAST(trunc("x3") - ((trunc(("x3") / (CAST(4294967296 AS BINARY_DOUBLE)))) * CAST(4294967296 AS BINARY_DOUBLE)) AS NUMBER(19)) END + CAST(CASE WHEN ("x30" = 1) THEN 1 WHEN ("x30" != 1) THEN 0 END AS NUMBER(19)), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS NUMBER(19)) AS "truncated", CAST(CASE WHEN (("x1" < CAST(:2 AS NUMBER(19))) OR ("x3" <= CAST(:3 AS BINARY_DOUBLE)) OR ("x9" IS NULL)) THEN 1 WHEN NOT (("x1" < CAST(:2 AS NUMBER(19))) OR ("x3" <= CAST(:3 AS BINARY_DOUBLE)) OR ("x9" IS NULL)) THEN 0 END AS SMALLINT) AS "compared", CAST(CASE WHEN (("x1" IN (CAST(:4 AS NUMBER(19)), CAST(:5 AS NUMBER(19)))) OR "x31" = 1) THEN 1 WHEN NOT (("x1" IN (CAST(:4 AS NUMBER(19)), CAST(:5 AS NUMBER(19)))) OR "x31" = 1) THEN 0 END AS SMALLINT) AS "listed", CAST(CASE WHEN ((instr("x9", CAST(:6 AS VARCHAR2(4000 CHAR))) > 0) AND (substr("x9", 1, length("x10")) = "x10")) THEN 1 WHEN NOT ((instr("x9", CAST(:6 AS VARCHAR2(4000 CHAR))) > 0) AND (substr("x9", 1, length("x10")) = "x10")) THEN 0 END AS SMALLINT) AS "text", CAST(CASE WHEN (instr("x11", :7) > 0 OR instr("x11", :8) > 0) THEN 1 WHEN NOT (instr("x11", :7) > 0 OR instr("x11", :8) > 0) THEN 0 END AS SMALLINT) AS "codes", CAST(CASE "x12" WHEN CAST(:9 AS VARCHAR2(4000 CHAR)) THEN CAST(:10 AS VARCHAR2(4000 CHAR)) ELSE CAST(:11 AS VARCHAR2(4000 CHAR)) END AS VARCHAR2(4000 CHAR)) AS "mapped", CAST(CASE WHEN (CAST(:1 AS NUMBER(19)) < "x1") THEN CAST(:12 AS VARCHAR2(4000 CHAR)) ELSE CAST(NULL AS VARCHAR2(4000 CHAR)) END AS VARCHAR2(4000 CHAR)) AS "chosen", CAST(CASE WHEN (nullif(least(coalesce("x7", TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS')), coalesce(CAST(:13 AS DATE), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS'))), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS')) < nullif(greatest(coalesce("x7", DATE '-4712-01-01'), coalesce("x13", DATE '-4712-01-01')), DATE '-4712-01-01')) THEN 1 WHEN NOT (nullif(least(coalesce("x7", TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS')), coalesce(CAST(:13 AS DATE), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS'))), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS')) < nullif(greatest(coalesce("x7", DATE '-4712-01-01'), coalesce("x13", DATE '-4712-01-01')), DATE '-4712-01-01')) THEN 0 END AS SMALLINT) AS "extremes", CAST(CAST(DATE '0001-01-01' + (INTERVAL '1' MONTH * CAST((EXTRACT(year FROM "x36") - 1) * 12 AS NUMBER(19))) AS DATE) AS DATE) AS "moved", CAST(nullif(nullif(least(greatest(nullif(nullif(least(greatest(((CAST(EXTRACT(year FROM "x13") AS NUMBER(19)) - CAST(EXTRACT(year FROM "x7") AS NUMBER(19))) - CASE WHEN (CAST(EXTRACT(month FROM "x13") AS NUMBER(19)) - CAST(EXTRACT(month FROM "x7") AS NUMBER(19)) < 0 OR CAST(EXTRACT(month FROM "x13") AS NUMBER(19)) - CAST(EXTRACT(month FROM "x7") AS NUMBER(19)) = 0 AND CAST(EXTRACT(day FROM "x13") AS NUMBER(19)) < CAST(EXTRACT(day FROM "x7") AS NUMBER(19))) THEN 1 ELSE 0 END) + CAST(EXTRACT(day FROM CAST("x13" AS TIMESTAMP) - CAST("x7" AS TIMESTAMP)) AS NUMBER(19)), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) + CAST(EXTRACT(month FROM "x13") AS NUMBER(19)), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS NUMBER(19)) AS "age", CAST("x14" AS NUMBER(19)) AS "weight", CAST("x15" AS NUMBER(19)) AS "last", CAST(nullif(nullif(least(greatest("x16" + "x17", -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS NUMBER(19)) AS "many", CAST(CASE WHEN ((("x33" + "x18") * 0) = 0) THEN "x33" + "x18" END AS BINARY_DOUBLE) AS "sums", CAST("x19" AS BINARY_DOUBLE) AS "middle", CAST("x20" AS DATE) AS "first_day", CAST("x21" AS VARCHAR2(4000 CHAR)) AS "last_word", CAST(CASE WHEN ("x22" = 1 AND "x23" = 1) THEN 1 WHEN NOT ("x22" = 1 AND "x23" = 1) THEN 0 END AS SMALLINT) AS "yes", CAST("x24" AS NUMBER(19)) AS "episodes", CAST(CASE WHEN ("x25" = 1) THEN 1 WHEN ("x25" != 1) THEN 0 END AS SMALLINT) AS "north", CAST("x26" AS NUMBER(19)) AS "found" 
FROM (SELECT /*+ NO_MERGE */ "patient_id", "x1", "x27", "x3", "x28", "x34", "x30", "x31", "x7", "x33", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", DATE '9999-12-31' + CAST(nullif(nullif(least(greatest(CAST(EXTRACT(day FROM CAST("x35" AS TIMESTAMP) - CAST(DATE '9999-12-31' AS TIMESTAMP)) AS NUMBER(19)) + CAST(:14 AS NUMBER(19)), -3652059), 1), 1), -3652059) AS INTEGER) AS "x36" 
FROM (SELECT /*+ NO_MERGE */ "patient_id", "x1", "x27", "x3", "x28", "x30", "x31", "x7", "x33", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", CASE WHEN (CAST("x29" AS BINARY_DOUBLE) = 0 AND CAST(CAST(:15 AS BINARY_DOUBLE) AS BINARY_DOUBLE) < 0 OR CAST("x29" AS BINARY_DOUBLE) < 0 AND floor(CAST(CAST(:15 AS BINARY_DOUBLE) AS BINARY_DOUBLE)) != CAST(CAST(:15 AS BINARY_DOUBLE) AS BINARY_DOUBLE)) THEN NULL ELSE CASE WHEN (((power(CAST("x29" AS BINARY_DOUBLE), CAST(CAST(:15 AS BINARY_DOUBLE) AS BINARY_DOUBLE))) * 0) = 0) THEN power(CAST("x29" AS BINARY_DOUBLE), CAST(CAST(:15 AS BINARY_DOUBLE) AS BINARY_DOUBLE)) END END AS "x34", nullif(least(coalesce(CAST(DATE '0001-01-01' + (INTERVAL '1' MONTH * CAST(nullif(nullif(least(greatest(((EXTRACT(year FROM "x32") * 12 + EXTRACT(month FROM "x32")) - 13) + CAST(:16 AS NUMBER(19)) * 12, -1), 119988), 119988), -1) AS NUMBER(19))) AS DATE) + CAST(EXTRACT(day FROM "x32") - 1 AS INTEGER), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS')), coalesce(CAST(DATE '0001-01-01' + (INTERVAL '1' MONTH * CAST(nullif(nullif(least(greatest(((EXTRACT(year FROM "x32") * 12 + EXTRACT(month FROM "x32")) - 13) + CAST(:16 AS NUMBER(19)) * 12 + 1, 0), 119988), 119988), 0) AS NUMBER(19))) AS DATE), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS'))), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS')) AS "x35" 
FROM (SELECT /*+ NO_MERGE */ "patient_id", "x1", "x3", "x7", "x9", "x10", "x11", "x12", "x13", "x14", "x15", "x16", "x17", "x18", "x19", "x20", "x21", "x22", "x23", "x24", "x25", "x26", nullif(nullif(least(greatest(nullif(nullif(least(greatest("x1" + CAST(:16 AS NUMBER(19)), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) - nullif(nullif(least(greatest("x2" * CAST(:17 AS NUMBER(19)), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809), -9223372036854775809), 9223372036854775808), 9223372036854775808), -9223372036854775809) AS "x27", CASE WHEN ((((CAST("x3" AS BINARY_DOUBLE)) / (CASE WHEN (CAST("x4" AS BINARY_DOUBLE) != 0) THEN CAST("x4" AS BINARY_DOUBLE) END)) * 0) = 0) THEN (CAST("x3" AS BINARY_DOUBLE)) / (CASE WHEN (CAST("x4" AS BINARY_DOUBLE) != 0) THEN CAST("x4" AS BINARY_DOUBLE) END) END AS "x28", CAST("x1" AS BINARY_DOUBLE) AS "x29", CASE WHEN (CASE WHEN ("x5" = 1) THEN 1 WHEN ("x5" != 1) THEN 0 END = CASE WHEN ("x6" = 1) THEN 1 WHEN ("x6" != 1) THEN 0 END) THEN 1 WHEN NOT (CASE WHEN ("x5" = 1) THEN 1 WHEN ("x5" != 1) THEN 0 END = CASE WHEN ("x6" = 1) THEN 1 WHEN ("x6" != 1) THEN 0 END) THEN 0 END AS "x30", CASE WHEN (CASE WHEN ("holders_34"."_holder" IS NULL) THEN CASE WHEN (0 = 1) THEN 1 WHEN (0 != 1) THEN 0 END WHEN ("x1" IS NULL) THEN CASE WHEN (CAST(NULL AS SMALLINT) = 1) THEN 1 WHEN (CAST(NULL AS SMALLINT) != 1) THEN 0 END ELSE CASE WHEN ("among_34"."_member" IS NOT NULL) THEN 1 WHEN ("among_34"."_member" IS NULL) THEN 0 END END = 1) THEN 1 WHEN (CASE WHEN ("holders_34"."_holder" IS NULL) THEN CASE WHEN (0 = 1) THEN 1 WHEN (0 != 1) THEN 0 END WHEN ("x1" IS NULL) THEN CASE WHEN (CAST(NULL AS SMALLINT) = 1) THEN 1 WHEN (CAST(NULL AS SMALLINT) != 1) THEN 0 END ELSE CASE WHEN ("among_34"."_member" IS NOT NULL) THEN 1 WHEN ("among_34"."_member" IS NULL) THEN 0 END END != 1) THEN 0 END AS "x31", nullif(least(coalesce(CAST(DATE '0001-01-01' + (INTERVAL '1' MONTH * CAST(nullif(nullif(least(greatest(((EXTRACT(year FROM "x7") * 12 + EXTRACT(month FROM "x7")) - 13) + CASE WHEN ("x1" BETWEEN -120000 AND 120000) THEN "x1" END, -1), 119988), 119988), -1) AS NUMBER(19))) AS DATE) + CAST(EXTRACT(day FROM "x7") - 1 AS INTEGER), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS')), coalesce(CAST(DATE '0001-01-01' + (INTERVAL '1' MONTH * CAST(nullif(nullif(least(greatest(((EXTRACT(year FROM "x7") * 12 + EXTRACT(month FROM "x7")) - 13) + CASE WHEN ("x1" BETWEEN -120000 AND 120000) THEN "x1" END + 1, 0), 119988), 119988), 0) AS NUMBER(19))) AS DATE), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS'))), TO_DATE('9999-12-31 12:00:00', 'YYYY-MM-DD HH24:MI:SS')) AS "x32", CAST("x8" AS BINARY_DOUBLE) AS "x33" 
FROM (SELECT "population"."patient_id" AS "patient_id", "step_1_columns"."score" AS "x1", "step_1_columns"."other" AS "x2", "step_1_columns"."ratio" AS "x3", "step_1_columns"."second" AS "x4", CASE WHEN ("step_1_columns"."smoker" = 1) THEN 1 WHEN ("step_1_columns"."smoker" != 1) THEN 0 END AS "x5", CASE WHEN ("step_1_columns"."drinker" = 1) THEN 1 WHEN ("step_1_columns"."drinker" != 1) THEN 0 END AS "x6", "step_1_columns"."born" AS "x7", "step_10_rows"."a2" AS "x8", "step_1_columns"."name" AS "x9", "step_1_columns"."part" AS "x10", "step_1_columns"."codes" AS "x11", "step_1_columns"."code" AS "x12", "step_1_columns"."seen" AS "x13", "step_11_columns"."weight" AS "x14", "step_9_pick"."number" AS "x15", coalesce("step_12_rows"."a1", 0) AS "x16", coalesce("step_10_rows"."a1", 0) AS "x17", "step_10_rows"."a3" AS "x18", "step_10_rows"."a4" AS "x19", "step_10_rows"."a5" AS "x20", "step_10_rows"."a6" AS "x21", CASE WHEN ("step_10_rows"."a7" = 1) THEN 1 WHEN ("step_10_rows"."a7" != 1) THEN 0 END AS "x22", CASE WHEN ("step_10_rows"."a8" = 1) THEN 1 WHEN ("step_10_rows"."a8" != 1) THEN 0 END AS "x23", coalesce("step_13_rows"."a1", 0) AS "x24", CASE WHEN (coalesce("step_14_rows"."a1", CASE WHEN (0 = 1) THEN 1 WHEN (0 != 1) THEN 0 END) = 1) THEN 1 WHEN (coalesce("step_14_rows"."a1", CASE WHEN (0 = 1) THEN 1 WHEN (0 != 1) THEN 0 END) != 1) THEN 0 END AS "x25", coalesce("step_14_rows"."a2", 0) AS "x26" 
FROM "ORA$PTT_STEP_2_POPULATION" "population" LEFT OUTER JOIN "ORA$PTT_STEP_1_COLUMNS" "step_1_columns" ON "step_1_columns"."patient_id" = "population"."patient_id" LEFT OUTER JOIN "ORA$PTT_STEP_11_COLUMNS" "step_11_columns" ON "step_11_columns"."patient_id" = "population"."patient_id" LEFT OUTER JOIN "ORA$PTT_STEP_9_PICK" "step_9_pick" ON "step_9_pick"."patient_id" = "population"."patient_id" LEFT OUTER JOIN "ORA$PTT_STEP_12_ROWS" "step_12_rows" ON "step_12_rows"."patient_id" = "population"."patient_id" LEFT OUTER JOIN "ORA$PTT_STEP_10_ROWS" "step_10_rows" ON "step_10_rows"."patient_id" = "population"."patient_id" LEFT OUTER JOIN "ORA$PTT_STEP_13_ROWS" "step_13_rows" ON "step_13_rows"."patient_id" = "population"."patient_id" LEFT OUTER JOIN "ORA$PTT_STEP_14_ROWS" "step_14_rows" ON "step_14_rows"."patient_id" = "population"."patient_id") "layer_0" LEFT OUTER JOIN "ORA$PTT_STEP_8_MEMBERS" "among_34" ON "among_34"."_owner" = "patient_id" AND "among_34"."_member" = "x1" LEFT OUTER JOIN (SELECT DISTINCT "ORA$PTT_STEP_8_MEMBERS"."_owner" AS "_holder" 
FROM "ORA$PTT_STEP_8_MEMBERS") "holders_34" ON "holders_34"."_holder" = "patient_id") "layer_1") "layer_2") "layer_3" ORDER BY "patient_id" ASC NULLS FIRST;
